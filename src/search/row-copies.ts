import { PairCollector, type PairList } from "#data/pair-list.ts";

/**
 * Rows of a shard that are equal to an earlier row of it. They are left out of the search, as m equal rows would be found m²/2 times,
 * and come back as pairs of distance 0 and as fellows of every pair of theirs.
 */
export class RowCopies {
  /** The rows that are like no earlier one of the shard, counted from its first. */
  readonly distinct: Uint32Array;
  /** Pairs of distance 0 among equal rows. */
  readonly pairsAmongEqual: number;
  /** A row and all that are equal to it, by the first of them, for rows that have copies. */
  readonly #equalRows = new Map<number, number[]>();

  /**
   * @param keys one a row: equal keys mean equal rows
   * @param rows those that take part, counted from the shard's first; all where undefined
   * @param firstRow number of the shard's first row
   * @param others copies of other shards, to be held beside
   */
  constructor(
    keys: readonly string[],
    rows: Iterable<number> | undefined,
    firstRow: number,
    others: readonly RowCopies[] = [],
  ) {
    const firstOfKey = new Map<string, number>();
    const distinct: number[] = [];
    let pairs = 0;
    for (const other of others) {
      pairs += other.pairsAmongEqual;
      for (const [first, equal] of other.#equalRows) this.#equalRows.set(first, equal);
    }
    for (const row of rows ?? keys.keys()) {
      const first = firstOfKey.get(keys[row]);
      if (first === undefined) {
        firstOfKey.set(keys[row], firstRow + row);
        distinct.push(row);
        continue;
      }
      const equal = this.#equalRows.get(first) ?? [first];
      pairs += equal.length;
      equal.push(firstRow + row);
      this.#equalRows.set(first, equal);
    }
    this.distinct = Uint32Array.from(distinct);
    this.pairsAmongEqual = pairs;
  }

  /** Those of several shards; rows of different shards are not told to be equal. */
  static together(all: readonly RowCopies[]): RowCopies {
    return all.length === 1 ? all[0] : new RowCopies([], [], 0, all);
  }

  get isEmpty(): boolean {
    return this.#equalRows.size === 0;
  }

  /** A row and its copies. */
  membersOf(row: number): readonly number[] {
    return this.#equalRows.get(row) ?? [row];
  }

  addPairsAmongEqual(all: PairCollector): void {
    for (const equal of this.#equalRows.values()) {
      for (let i = 0; i < equal.length; i++) for (let j = i + 1; j < equal.length; j++) all.add(equal[i], equal[j], 0);
    }
  }
}

/** How many pairs `withCopies` gives for these. */
export function countWithCopies(pairs: PairList, left: RowCopies, right: RowCopies): number {
  if (left.isEmpty && right.isEmpty) return pairs.count;
  let count = 0;
  for (let i = 0; i < pairs.count; i++)
    count += left.membersOf(pairs.left[i]).length * right.membersOf(pairs.right[i]).length;
  return count;
}

/** Pairs of distinct rows of two shards, or of one, with those of all their copies. */
export function withCopies(pairs: PairList, left: RowCopies, right: RowCopies): PairList {
  if (left.isEmpty && right.isEmpty) return pairs;
  const all = new PairCollector();
  for (let i = 0; i < pairs.count; i++) {
    for (const a of left.membersOf(pairs.left[i])) {
      for (const b of right.membersOf(pairs.right[i])) all.add(Math.min(a, b), Math.max(a, b), pairs.distance[i]);
    }
  }
  return all.toList();
}
