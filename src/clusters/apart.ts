/** Which rows must never be in one group. */
export class Apart {
  readonly #others = new Map<number, number[]>();

  /** @param pairs of rows, in any order */
  constructor(pairs: Iterable<readonly [number, number]> = []) {
    for (const [a, b] of pairs) {
      this.#add(a, b);
      this.#add(b, a);
    }
  }

  get isEmpty(): boolean {
    return this.#others.size === 0;
  }

  /** Rows that must not be with this one. */
  from(row: number): readonly number[] {
    return this.#others.get(row) ?? [];
  }

  has(a: number, b: number): boolean {
    return this.from(a).includes(b);
  }

  #add(a: number, b: number): void {
    const others = this.#others.get(a);
    if (others) others.push(b);
    else this.#others.set(a, [b]);
  }
}
