import type { ShardStore } from "#artifacts/shard-store.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { Shard } from "#data/feature-matrix.ts";
import type { FoundPairs } from "#search/pairs-within.ts";
import type { Searcher } from "#search/searcher.ts";

export interface SearchOptions {
  readonly searcher: Searcher;
  readonly store: ShardStore;
  /** Plain L2, inclusive. */
  readonly threshold: number;
  readonly blockRows: number;
  readonly maxPairs: number;
  /** Rows to expect in all, for the progress; the true number may be smaller. */
  readonly expectedRows: number;
  readonly progress: Progress;
}

/**
 * Compares each shard, as soon as it is there, with itself and with all shards before it: when the last has come, every pair
 * was compared once. Pairs name rows of the index.
 */
export async function* search(shards: AsyncIterable<Shard>, options: SearchOptions): AsyncGenerator<FoundPairs> {
  const { searcher, store, threshold, blockRows, progress } = options;
  const total = pairsAmong(options.expectedRows);
  let compared = 0;
  let found = 0;
  for await (const shard of shards) {
    refuseNonFinite(shard);
    for (let earlier = 0; earlier <= shard.number; earlier++) {
      const same = earlier === shard.number;
      const left = same ? shard.features : await store.readShard(earlier);
      const leftFirstRow = store.firstRowOf(earlier);
      const rightFirstRow = shard.firstRow;
      progress.update("search", "pairs", compared, total);
      const result = await searcher.pairsWithin({
        left,
        leftFirstRow,
        right: shard.features,
        rightFirstRow,
        threshold,
        blockRows,
      });
      compared += same ? pairsAmong(left.rowCount) : left.rowCount * shard.features.rowCount;
      found += result.pairs.count;
      if (found > options.maxPairs) throw tooManyPairs(found, compared, total, options);
      progress.update("search", "pairs", compared, total);
      yield result;
    }
  }
  progress.finish("search");
}

function pairsAmong(rows: number): number {
  return (rows * (rows - 1)) / 2;
}

function refuseNonFinite({ features, images }: Shard): void {
  const { values, dim } = features;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const where = `feature ${i % dim} of ${JSON.stringify(images[Math.floor(i / dim)].id)}`;
    throw new PipelineError("input", `Cannot search: found ${values[i]} as ${where}, expected finite numbers`);
  }
}

function tooManyPairs(
  found: number,
  compared: number,
  total: number,
  { threshold, maxPairs }: SearchOptions,
): PipelineError {
  const share = Math.round((100 * compared) / total);
  const advice = "choose a smaller --threshold, or raise search.maxPairs in the config file";
  return new PipelineError(
    "input",
    `Found ${found} pairs within ${threshold} after comparing ${share} % of all, expected at most ${maxPairs}: ${advice}`,
  );
}
