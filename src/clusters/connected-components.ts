import type { KeepOrder } from "#clusters/keep-order.ts";
import { UnionFind } from "#clusters/union-find.ts";
import type { RowGroup } from "#data/group.ts";
import type { PairList } from "#data/pair-list.ts";

/**
 * The sets of rows that hang together by pairs, however long the chain; sets of one left out. The row that is first in keep order stays.
 *
 * @returns sets ordered by their first row
 */
export function connectedComponents(rowCount: number, pairs: PairList, order: KeepOrder): RowGroup[] {
  const sets = new UnionFind(rowCount);
  for (let i = 0; i < pairs.count; i++) sets.union(pairs.left[i], pairs.right[i]);
  const members = new Map<number, number[]>();
  for (let row = 0; row < rowCount; row++) {
    const root = sets.find(row);
    if (root === row) continue;
    // the root is the smallest row of its set, so it was passed before
    const set = members.get(root);
    if (set) set.push(row);
    else members.set(root, [root, row]);
  }
  const found = [...members.values()].sort((a, b) => a[0] - b[0]);
  return found.map((rows) => ({ rows, keeper: rows.reduce((a, b) => (order(b, a) < 0 ? b : a)) }));
}
