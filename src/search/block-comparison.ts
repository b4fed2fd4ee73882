import { type PairList, pairsAmong } from "#data/pair-list.ts";
import type { FittedSketch } from "#search/fit-sketch.ts";

/** The rows of a shard that take part in a search. */
export interface ComparedShard {
  /** How many shards were added before it. */
  readonly number: number;
  /** Those that take part and are unlike each other, counted from the shard's first. */
  readonly rows: Uint32Array;
  /** Number of its first row among those of all shards. */
  readonly firstRow: number;
}

/**
 * What a search is cut into: every row of some consecutive shards with every row of others that come later, or of some shards with each other. What
 * is found hangs on nothing else, so that it can be computed anywhere, and more than once.
 */
export interface BlockComparison {
  readonly left: readonly ComparedShard[];
  /** The same as `left` where shards are compared with each other. */
  readonly right: readonly ComparedShard[];
  /** How rows are sketched; it decides how long a comparison takes, never what it finds. Undefined where rows are compared as they are. */
  readonly sketch: FittedSketch | undefined;
}

/** Pairs within the threshold, by shards: left ones ascending, and for each the right ones. */
export interface ComparedBlocks {
  /** Rows count over all shards that were added. */
  readonly pairs: PairList;
  readonly skippedByBlock: number;
  readonly refined: number;
}

/** Does the comparisons of one search: in this process, or elsewhere. */
export interface BlockComparer {
  /** Comparisons that keep it busy. */
  readonly atOnce: number;
  /** Makes a shard ready that is about to be compared, where that can be done while others are. */
  prepare(shard: ComparedShard, sketch: FittedSketch): Promise<void>;
  /** @returns undefined where it failed again and again, and somebody has taken note of it */
  compare(comparison: BlockComparison): Promise<ComparedBlocks | undefined>;
}

/** Pairs of rows that a comparison is about. */
export function comparedPairs({ left, right }: BlockComparison): number {
  return left === right ? pairsAmong(rowCount(left)) : rowCount(left) * rowCount(right);
}

/** Shards to compare with each other, the earlier one first. */
export function* shardPairs({ left, right }: BlockComparison): Generator<readonly [ComparedShard, ComparedShard]> {
  for (const earlier of left) {
    for (const later of right) if (earlier.number <= later.number) yield [earlier, later];
  }
}

function rowCount(shards: readonly ComparedShard[]): number {
  return shards.reduce((sum, { rows }) => sum + rows.length, 0);
}
