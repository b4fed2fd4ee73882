import { WorkerThread } from "#base/worker-thread.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { NearestRows } from "#search/nearest-rows.ts";
import type { FoundPairs, PairSearch } from "#search/pairs-within.ts";
import type { SearchHandlers } from "#search/search-worker.ts";

/** The search in a thread of its own. Features in shared memory are read there without a copy. */
export class Searcher {
  readonly #worker = new WorkerThread<SearchHandlers>(new URL("./search-worker.ts", import.meta.url));

  /** Every pair of a left and a right row within the threshold, exactly. */
  async pairsWithin(search: PairSearch): Promise<FoundPairs> {
    const { refined, ...pairs } = await this.#worker.call("pairs", search);
    return { pairs, refined };
  }

  /** The nearest base row of every query, exactly; `base` has at least one row. */
  nearestRows(queries: FeatureMatrix, base: FeatureMatrix): Promise<NearestRows> {
    return this.#worker.call("nearest", { queries, base });
  }

  close(): Promise<void> {
    return this.#worker.close();
  }
}
