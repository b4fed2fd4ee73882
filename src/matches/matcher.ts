import { WorkerPool } from "#base/worker-pool.ts";
import type { GrayPicture } from "#data/gray-picture.ts";
import type { Comparison } from "#matches/compare-pictures.ts";
import type { MatchHandlers } from "#matches/match-worker.ts";

/** Compares pictures in a thread a processor. */
export class Matcher {
  readonly #pool: WorkerPool<MatchHandlers>;
  /** How many compare at the same time. */
  readonly threads: number;

  constructor(threads: number) {
    this.threads = threads;
    this.#pool = new WorkerPool(new URL("./match-worker.ts", import.meta.url), threads);
  }

  compare(first: GrayPicture, second: GrayPicture): Promise<Comparison> {
    return this.#pool.call("compare", { first, second });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
