import { cpus } from "node:os";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { SearchedShard } from "#search/pair-search.ts";
import { Searcher } from "#search/searcher.ts";
import type { SearchCosts } from "./fleet-model.ts";

const SHARD_ROWS = 10_000;
const BLOCK_ROWS = 1024;
const RUNS = 3;

/**
 * What the search costs, a pair and a row, in seconds of this machine with all its processors.
 *
 * @param folder with a multiple of 10,000 vectors, 50,000 or more
 */
export async function searchCosts(folder: string, threshold: number): Promise<SearchCosts> {
  const { dim, parts, ids } = await openNpyFolder(folder, SHARD_ROWS);
  const store = new ShardStore(dim, parts);
  const shards: FeatureMatrix[] = [];
  for (let shard = 0; shard < store.shardCount; shard++) shards.push((await store.readShard(shard)).vectors.matrix);
  const searcher = new Searcher(cpus().length);
  try {
    const search = new MeasuredSearch(searcher, shards, threshold);
    // brings threads and code into being
    await search.seconds(shards.slice(0, 1).map((features) => ({ features })));
    const few = await fastest(() => search.sketchSeconds(1));
    const many = await fastest(() => search.sketchSeconds(shards.length - 1));
    const whole = await fastest(() => search.seconds(shards.map((features) => ({ features }))));
    // one thread sketches, while others compare
    const sketchOfThread = (many - few) / ((shards.length - 2) * SHARD_ROWS);
    const sketchSecondsPerRow = sketchOfThread / cpus().length;
    const fitSeconds = Math.max(0, few - 2 * SHARD_ROWS * sketchOfThread);
    const pairs = (ids.length * (ids.length - 1)) / 2;
    return {
      ...{ dim, threshold, width: search.width },
      secondsPerPair: (whole - fitSeconds - ids.length * sketchSecondsPerRow) / pairs,
      ...{ sketchSecondsPerRow, fitSeconds },
      foundShare: search.found / pairs,
    };
  } finally {
    await searcher.close();
  }
}

/** The fastest of some runs: what else a machine does only ever makes them slower. */
async function fastest(run: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) best = Math.min(best, await run());
  return best;
}

/** Searches over shards in memory, and what the latest found. */
class MeasuredSearch {
  readonly #searcher: Searcher;
  readonly #shards: readonly FeatureMatrix[];
  readonly #threshold: number;
  width = 0;
  found = 0;

  constructor(searcher: Searcher, shards: readonly FeatureMatrix[], threshold: number) {
    this.#searcher = searcher;
    this.#shards = shards;
    this.#threshold = threshold;
  }

  async seconds(shards: readonly SearchedShard[]): Promise<number> {
    const readShard = async (shard: number) => this.#shards[shard];
    const start = performance.now();
    const search = this.#searcher.allPairs({
      threshold: this.#threshold,
      blockRows: BLOCK_ROWS,
      readShard,
      fewRows: 0,
    });
    this.found = 0;
    for await (const found of search.add(shards)) this.found += found.toPairs().count;
    this.width = search.width ?? 0;
    return (performance.now() - start) / 1000;
  }

  /** Makes `count` shards and one row more ready, and compares that row only. */
  sketchSeconds(count: number): Promise<number> {
    const known = this.#shards.slice(0, count).map((features) => ({ features, isKnown: true }));
    return this.seconds([...known, { features: this.#shards[count], rows: Uint32Array.of(0) }]);
  }
}
