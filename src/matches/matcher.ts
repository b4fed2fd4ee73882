import { WorkerPool } from "#base/worker-pool.ts";
import { fromBytes, type GrayBytes, toBytes } from "#data/gray-picture.ts";
import type { Comparison } from "#matches/compare-pictures.ts";
import type { Place } from "#matches/find-places.ts";
import type { FirstLook, MatchHandlers } from "#matches/match-worker.ts";
import { fitted } from "#matches/resample.ts";

/** Changes whenever looking at a pair may tell something else than before. */
export const MATCHER_VERSION = 1;

/** Longer side of the gray pictures that are laid over each other. */
export const GRAY_SIDE = 160;
/** Longer side of those that a first look needs. */
const SMALL_SIDE = 64;

/** What a first look at a gray picture needs. */
export function smallPicture(gray: GrayBytes): GrayBytes {
  if (Math.max(gray.width, gray.height) <= SMALL_SIDE) return gray;
  return toBytes(fitted(fromBytes(gray), SMALL_SIDE));
}

/** Compares pictures in a thread a processor. */
export class Matcher {
  readonly #pool: WorkerPool<MatchHandlers>;
  /** How many compare at the same time. */
  readonly threads: number;

  constructor(threads: number) {
    this.threads = threads;
    this.#pool = new WorkerPool(new URL("./match-worker.ts", import.meta.url), threads);
  }

  /**
   * A first look at small pictures: the places at which they may show the same.
   *
   * @param pictures of `smallPicture`
   * @param pairs numbers of `pictures`
   */
  look(pictures: readonly GrayBytes[], pairs: readonly (readonly [number, number])[]): Promise<FirstLook[]> {
    return this.#pool.call("look", { pictures, pairs });
  }

  /**
   * What laying two pictures over each other shows; undefined where there is no place at which to do so.
   *
   * @param first, second gray pictures, the longer side of each at most GRAY_SIDE pixels
   */
  compare(first: GrayBytes, second: GrayBytes, places: readonly Place[]): Promise<Comparison | undefined> {
    return this.#pool.call("compare", { first, second, places });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
