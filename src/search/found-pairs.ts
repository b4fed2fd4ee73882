import { PairCollector, type PairList } from "#data/pair-list.ts";
import type { ComparedBlocks } from "#search/block-comparison.ts";
import { countWithCopies, type RowCopies, withCopies } from "#search/row-copies.ts";

/** What a comparison found. */
export interface FoundPairs {
  /** The later block of the two that were compared, by its shards; they come in its order. Shards count from 0 as they were added. */
  readonly shards: readonly number[];
  /** No further comparison of this block comes. */
  readonly isLast: boolean;
  /** The comparison could not be done: its pairs are not among these. */
  readonly isMissing: boolean;
  /** Pairs there are. */
  readonly count: number;
  /** Those of them that equal rows brought without being looked at. */
  readonly folded: number;
  /** All of them; rows count over all shards that were added, those included that took no part. */
  toPairs(): PairList;
  /** Pairs of distinct rows that this comparison was about. */
  readonly compared: number;
  readonly skippedByBlock: number;
  readonly refined: number;
}

const NOTHING: ComparedBlocks = { pairs: new PairCollector().toList(), skippedByBlock: 0, refined: 0 };

/**
 * Takes the copies of rows in: pairs among equal rows come with the last comparison of their block.
 *
 * @param found pairs of distinct rows of two blocks, or of one; undefined where the comparison could not be done
 */
export function foundPairs(
  found: ComparedBlocks | undefined,
  { left, right, isLast }: { left: RowCopies; right: RowCopies; isLast: boolean },
): Omit<FoundPairs, "shards" | "compared"> {
  const { pairs, skippedByBlock, refined } = found ?? NOTHING;
  const count = countWithCopies(pairs, left, right) + (isLast ? right.pairsAmongEqual : 0);
  const toPairs = () => {
    const all = new PairCollector();
    all.addAll(withCopies(pairs, left, right));
    if (isLast) right.addPairsAmongEqual(all);
    return all.toList();
  };
  return { isLast, isMissing: !found, count, folded: count - pairs.count, toPairs, skippedByBlock, refined };
}
