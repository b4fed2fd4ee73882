import type { PairStore } from "#artifacts/pair-store.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { VectorOwners } from "#data/image-vectors.ts";
import { type PairAccount, PairCollector, type PairList } from "#data/pair-list.ts";
import type { Shard } from "#data/shard.ts";
import type { FoundPairs, PairSearch } from "#search/pair-search.ts";

export interface SearchOptions {
  readonly allPairs: PairSearch;
  /** Plain L2, inclusive. */
  readonly threshold: number;
  readonly maxPairs: number;
  /** Images to expect in all, for the progress; the true number may be smaller. */
  readonly expectedRows: number;
  /** Learns whose the vectors of each shard are. */
  readonly owners: VectorOwners;
  readonly pairStore: PairStore;
  readonly progress: Progress;
}

/**
 * Compares the vectors of each shard, as soon as it is there, with each other and with those of all shards before it: when the last has
 * come, every pair was compared once. Pairs name vectors in the order in which they came.
 */
export async function* search(shards: AsyncIterable<Shard>, options: SearchOptions): AsyncGenerator<FoundPairs> {
  const { allPairs, owners, progress } = options;
  let compared = 0;
  async function* vectors() {
    for await (const shard of shards) {
      owners.add(shard.vectors);
      progress.update("search", "pairs", compared, expectedPairs(options));
      yield shard.vectors.matrix;
    }
  }
  for await (const found of allPairs.add(vectors())) {
    compared += found.compared;
    progress.update("search", "pairs", compared, expectedPairs(options));
    yield found;
  }
  // equal rows were compared once, but stand for all of their pairs
  progress.update("search", "pairs", pairsAmong(allPairs.rowCount));
  progress.finish("search");
}

/**
 * All pairs, those of equal rows included, and what became of every pair there is. While the search runs, pairs of finished shards are on
 * disk.
 */
export async function gatherPairs(parts: AsyncIterable<FoundPairs>, options: SearchOptions) {
  const { allPairs, maxPairs, pairStore } = options;
  let latest = { shard: 0, pairs: new PairCollector() };
  let [compared, skippedByBlock, refined] = [0, 0, 0];
  const putOnDisk = () => pairStore.write(latest.shard, latest.pairs.toList());
  for await (const part of parts) {
    if (part.shard !== latest.shard) {
      await putOnDisk();
      latest = { shard: part.shard, pairs: new PairCollector() };
    }
    latest.pairs.addAll(part.pairs);
    compared += part.compared;
    skippedByBlock += part.skippedByBlock;
    refined += part.refined;
    if (pairStore.count + latest.pairs.count + allPairs.copies.pairsAmongEqual > maxPairs) {
      await putOnDisk();
      throw tooManyPairs(await pairStore.readAll(), compared, options);
    }
  }
  await putOnDisk();
  const distinct = await pairStore.readAll();
  if (allPairs.copies.expandedCount(distinct) > maxPairs) throw tooManyPairs(distinct, compared, options);
  const pairs = allPairs.copies.expand(distinct);
  const account = accountOf(allPairs.rowCount, {
    skippedByBlock,
    refined: refined + pairs.count - distinct.count,
    found: pairs.count,
  });
  return { pairs, account };
}

/** The parts sum to the total; pairs of equal rows count as refined where they are found, else with the pruned. */
function accountOf(rows: number, known: Pick<PairAccount, "skippedByBlock" | "refined" | "found">): PairAccount {
  const total = pairsAmong(rows);
  return { total, stored: 0, prunedBySketch: total - known.skippedByBlock - known.refined, ...known };
}

/** Images to come are taken to have as many views as those that came. */
function expectedPairs({ expectedRows, owners }: SearchOptions): number {
  return pairsAmong(Math.round((expectedRows * owners.vectorCount) / Math.max(1, owners.imageCount)));
}

function pairsAmong(rows: number): number {
  return (rows * (rows - 1)) / 2;
}

function tooManyPairs(distinct: PairList, compared: number, options: SearchOptions): PipelineError {
  const { allPairs, threshold, maxPairs } = options;
  const count = allPairs.copies.expandedCount(distinct);
  const share = Math.min(1, compared / Math.max(1, expectedPairs(options)));
  const found = `Found ${count} pairs within ${threshold} after comparing ${Math.round(100 * share)} % of all, expected at most ${maxPairs}`;
  const raise = "raise search.maxPairs in the config file";
  const equal = allPairs.copies.pairsAmongEqual;
  if (equal > maxPairs)
    return new PipelineError(
      "input",
      `${found}: ${equal} of them are of equal features; remove byte-equal files, or ${raise}`,
    );
  const distances = distinct.distance.slice().sort();
  const fitting = distances[Math.floor(0.9 * distances.length * (maxPairs / count) * share)] ?? 0;
  return new PipelineError(
    "input",
    `${found}: --threshold ${Number(fitting.toPrecision(3))} would about fit, or ${raise}`,
  );
}
