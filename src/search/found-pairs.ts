import { PairCollector, type PairList } from "#data/pair-list.ts";
import { countWithCopies, type RowCopies, withCopies } from "#search/row-copies.ts";

/** What a part of the search found. */
export interface FoundPairs {
  /** The later shard of the two that were compared; they come in its order. Shards count from 0 as they were added. */
  readonly shard: number;
  /** No further part of this shard comes. */
  readonly isLast: boolean;
  /** Pairs there are. */
  readonly count: number;
  /** Those of them that equal rows brought without being looked at. */
  readonly folded: number;
  /** All of them; rows count over all shards that were added, those included that took no part. */
  toPairs(): PairList;
  /** Pairs of distinct rows that this part was about. */
  readonly compared: number;
  readonly skippedByBlock: number;
  readonly refined: number;
}

/**
 * Takes the copies of rows in: pairs among equal rows come with the last part of their shard.
 *
 * @param pairs of distinct rows of two shards, or of one
 */
export function foundPairs(
  pairs: PairList,
  { left, right, isLast }: { left: RowCopies; right: RowCopies; isLast: boolean },
): Pick<FoundPairs, "isLast" | "count" | "folded" | "toPairs"> {
  const count = countWithCopies(pairs, left, right) + (isLast ? right.pairsAmongEqual : 0);
  const toPairs = () => {
    const all = new PairCollector();
    all.addAll(withCopies(pairs, left, right));
    if (isLast) right.addPairsAmongEqual(all);
    return all.toList();
  };
  return { isLast, count, folded: count - pairs.count, toPairs };
}
