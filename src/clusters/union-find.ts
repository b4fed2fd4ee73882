/** Disjoint sets of rows 0 … count − 1. The root of a set is its smallest row, whatever the order of the unions. */
export class UnionFind {
  readonly #parents: Uint32Array;

  constructor(count: number) {
    this.#parents = Uint32Array.from({ length: count }, (_, row) => row);
  }

  find(row: number): number {
    const parents = this.#parents;
    let root = row;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root]]; // halves the path
      root = parents[root];
    }
    return root;
  }

  /** @returns false where the two were in one set already */
  union(a: number, b: number): boolean {
    const rootA = this.find(a);
    const rootB = this.find(b);
    this.#parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    return rootA !== rootB;
  }
}
