import type { Apart } from "#clusters/apart.ts";
import { connectedComponents } from "#clusters/connected-components.ts";
import type { KeepOrder } from "#clusters/keep-order.ts";
import { UnionFind } from "#clusters/union-find.ts";
import type { RowGroup } from "#data/group.ts";
import type { PairList } from "#data/pair-list.ts";

/**
 * Connected components in which no two rows are that must be apart. A component that would hold such rows is put together anew: its pairs are
 * taken by distance, of equally far ones by their order, and one that would bring rows together that must be apart is passed over
 * (single linkage under cannot-link constraints, Davidson & Ravi 2005). Components without such rows are those of `connectedComponents`.
 *
 * @returns sets of more than one row, ordered by their first row
 */
export function componentsApart(rowCount: number, pairs: PairList, order: KeepOrder, apart: Apart): RowGroup[] {
  const whole = connectedComponents(rowCount, pairs, order);
  if (apart.isEmpty) return whole;
  const broken = whole.filter(({ rows }) => holdsSuchRows(rows, apart));
  if (broken.length === 0) return whole;
  const isBroken = new Uint8Array(rowCount);
  for (const { rows } of broken) for (const row of rows) isBroken[row] = 1;
  const sets = new SetsApart(rowCount, apart);
  const { left, right, distance, count } = pairs;
  const inside = Uint32Array.from({ length: count }, (_, i) => i).filter((i) => isBroken[left[i]] === 1);
  const joined = new Uint8Array(count);
  for (const i of inside.sort((i, j) => distance[i] - distance[j] || i - j))
    joined[i] = Number(sets.join(left[i], right[i]));
  const kept = Uint32Array.from({ length: count }, (_, i) => i).filter(
    (i) => isBroken[left[i]] === 0 || joined[i] === 1,
  );
  const at = (rows: Uint32Array) => kept.map((i) => rows[i]);
  const list = { left: at(left), right: at(right), distance: new Float64Array(kept.length), count: kept.length };
  return connectedComponents(rowCount, list, order);
}

function holdsSuchRows(rows: readonly number[], apart: Apart): boolean {
  const concerned = rows.filter((row) => apart.from(row).length > 0);
  if (concerned.length < 2) return false;
  const inside = new Set(concerned);
  return concerned.some((row) => apart.from(row).some((other) => inside.has(other)));
}

/** Disjoint sets that know which rows must not come to them. */
class SetsApart {
  readonly #sets: UnionFind;
  readonly #apart: Apart;
  /** Of each root whose set has any: the rows that must not come. */
  readonly #unwanted = new Map<number, readonly number[]>();

  constructor(rowCount: number, apart: Apart) {
    this.#sets = new UnionFind(rowCount);
    this.#apart = apart;
  }

  /** @returns false where the two were in one set already, or their sets must be apart */
  join(a: number, b: number): boolean {
    const [rootA, rootB] = [this.#sets.find(a), this.#sets.find(b)];
    if (rootA === rootB) return false;
    const [ofA, ofB] = [this.#unwantedBy(rootA), this.#unwantedBy(rootB)];
    const [fewer, other] = ofA.length <= ofB.length ? [ofA, rootB] : [ofB, rootA];
    if (fewer.some((row) => this.#sets.find(row) === other)) return false;
    this.#sets.union(rootA, rootB);
    if (ofA.length + ofB.length > 0) this.#unwanted.set(this.#sets.find(a), [...ofA, ...ofB]);
    return true;
  }

  #unwantedBy(root: number): readonly number[] {
    return this.#unwanted.get(root) ?? this.#apart.from(root);
  }
}
