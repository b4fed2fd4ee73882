import { PairCollector, type PairList } from "#data/pair-list.ts";

/**
 * Rows that are equal to an earlier row. They are left out of the search, as m equal rows would be found m²/2 times, and
 * come back as pairs of distance 0 and as fellows of every pair of theirs.
 */
export class RowCopies {
  readonly #firstOfKey = new Map<string, number>();
  /** Later rows equal to a row, by that row. */
  readonly #copiesOf = new Map<number, number[]>();
  /** 1 for rows that have copies, by row: quick to ask for every pair. */
  #hasCopies = new Uint8Array(1024);
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
      else this.#setCopies(first, [firstRow + i]);
      this.#pairsAmongEqual += this.#copiesOf.get(first)?.length ?? 0;
    }
    return Uint32Array.from(fresh);
  }

  #setCopies(first: number, copies: number[]): void {
    this.#copiesOf.set(first, copies);
    if (first >= this.#hasCopies.length) {
      const longer = new Uint8Array(2 * first);
      longer.set(this.#hasCopies);
      this.#hasCopies = longer;
    }
    this.#hasCopies[first] = 1;
  }

  /** How many pairs `expand` gives for these. */
  expandedCount(pairs: PairList): number {
    let count = this.#pairsAmongEqual;
    for (let i = 0; i < pairs.count; i++) {
      const [left, right] = [pairs.left[i], pairs.right[i]];
      count += this.#isCopied(left) || this.#isCopied(right) ? this.#membersOf(left) * this.#membersOf(right) : 1;
    }
    return count;
  }

  /** The pairs that were found and those of all copies. */
  expand(pairs: PairList): PairList {
    if (this.#copiesOf.size === 0) return pairs;
    const all = new PairCollector();
    all.addAll(pairs);
    for (let i = 0; i < pairs.count; i++) {
      if (this.#isCopied(pairs.left[i]) || this.#isCopied(pairs.right[i])) this.#addCopies(pairs, i, all);
    }
    for (const first of this.#copiesOf.keys()) {
      const equal = this.#withCopies(first);
      for (let i = 0; i < equal.length; i++) for (let j = i + 1; j < equal.length; j++) all.add(equal[i], equal[j], 0);
    }
    return all.toList();
  }

  /** All pairs of the copies of a pair's rows but for the pair itself. */
  #addCopies({ left, right, distance }: PairList, i: number, all: PairCollector): void {
    for (const a of this.#withCopies(left[i])) {
      for (const b of this.#withCopies(right[i])) {
        if (a !== left[i] || b !== right[i]) all.add(Math.min(a, b), Math.max(a, b), distance[i]);
      }
    }
  }

  #isCopied(row: number): boolean {
    return this.#hasCopies[row] === 1;
  }

  #membersOf(row: number): number {
    return 1 + (this.#copiesOf.get(row)?.length ?? 0);
  }

  #withCopies(row: number): readonly number[] {
    return [row, ...(this.#copiesOf.get(row) ?? [])];
  }
}
