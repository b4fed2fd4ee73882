import { WorkerPool } from "#base/worker-pool.ts";
import { fromBytes, type GrayBytes, toBytes } from "#data/gray-picture.ts";
import type { Comparison } from "#matches/compare-pictures.ts";
import type { MatchHandlers } from "#matches/match-worker.ts";
import { fitted } from "#matches/resample.ts";

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

  /** @param first, second gray pictures, the longer side of each at most GRAY_SIDE pixels */
  compare(first: GrayBytes, second: GrayBytes): Promise<Comparison> {
    return this.#pool.call("compare", { first, second });
  }

  /**
   * Whether `compare` could find that pictures resemble each other: a first look that tells most unlike ones apart.
   *
   * @param pictures of `smallPicture`
   * @param pairs places in `pictures`
   */
  mayResemble(
    pictures: readonly GrayBytes[],
    pairs: readonly (readonly [number, number])[],
  ): Promise<readonly boolean[]> {
    return this.#pool.call("mayResemble", { pictures, pairs });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
