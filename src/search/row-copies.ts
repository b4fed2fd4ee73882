import { PairCollector, type PairList } from "#data/pair-list.ts";

/**
 * Rows that are equal to an earlier row. They are left out of the search, as m equal rows would be found m²/2 times, and
 * come back as pairs of distance 0 and as fellows of every pair of theirs.
 */
export class RowCopies {
  readonly #firstOfKey = new Map<string, number>();
  /** Later rows equal to a row, by that row. */
  readonly #copiesOf = new Map<number, number[]>();
  #pairsAmongEqual = 0;

  /** Pairs of distance 0 among equal rows. */
  get pairsAmongEqual(): number {
    return this.#pairsAmongEqual;
  }

  /**
   * @param keys one a row: equal keys mean equal rows
   * @returns the rows of this shard that are like no row before them, counted from the shard's first
   */
  add(keys: readonly string[], firstRow: number): Uint32Array {
    const fresh: number[] = [];
    for (const [i, key] of keys.entries()) {
      const first = this.#firstOfKey.get(key);
      if (first === undefined) {
        this.#firstOfKey.set(key, firstRow + i);
        fresh.push(i);
        continue;
      }
      const copies = this.#copiesOf.get(first);
      if (copies) copies.push(firstRow + i);
      else this.#copiesOf.set(first, [firstRow + i]);
      this.#pairsAmongEqual += this.#copiesOf.get(first)?.length ?? 0;
    }
    return Uint32Array.from(fresh);
  }

  /** How many pairs `expand` gives for these. */
  expandedCount(pairs: PairList): number {
    let count = this.#pairsAmongEqual;
    for (let i = 0; i < pairs.count; i++) count += this.#membersOf(pairs.left[i]) * this.#membersOf(pairs.right[i]);
    return count;
  }

  /** The pairs that were found and those of all copies. */
  expand(pairs: PairList): PairList {
    if (this.#copiesOf.size === 0) return pairs;
    const all = new PairCollector();
    for (let i = 0; i < pairs.count; i++) {
      for (const a of this.#withCopies(pairs.left[i])) {
        for (const b of this.#withCopies(pairs.right[i])) all.add(Math.min(a, b), Math.max(a, b), pairs.distance[i]);
      }
    }
    for (const first of this.#copiesOf.keys()) {
      const equal = this.#withCopies(first);
      for (let i = 0; i < equal.length; i++) for (let j = i + 1; j < equal.length; j++) all.add(equal[i], equal[j], 0);
    }
    return all.toList();
  }

  #membersOf(row: number): number {
    return 1 + (this.#copiesOf.get(row)?.length ?? 0);
  }

  #withCopies(row: number): readonly number[] {
    return [row, ...(this.#copiesOf.get(row) ?? [])];
  }
}
