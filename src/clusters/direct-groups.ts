import { Apart } from "#clusters/apart.ts";
import type { KeepOrder } from "#clusters/keep-order.ts";
import type { RowGroup } from "#data/group.ts";
import type { PairList } from "#data/pair-list.ts";

/**
 * Sets in which every row is a pair with the row that stays; sets of one left out.
 *
 * Rows are asked in keep order: one that is no pair with a keeper before it becomes a keeper. That is the maximal independent set which is
 * first in that order: no two keepers are a pair, and every other row is a pair with at least one. Each of those joins its nearest
 * keeper, of equally near ones the first in keep order. The order of rows and pairs plays no part.
 *
 * Rows that must be apart are in no set together: in keep order, each joins the nearest keeper whose set it may join, and is left out where
 * there is none.
 *
 * @param pairs none of two rows that must be apart
 * @returns sets ordered by their keeper; rows ascending
 */
export function directGroups(
  rowCount: number,
  pairs: PairList,
  order: KeepOrder,
  apart: Apart = new Apart(),
): RowGroup[] {
  const { left, right, distance, count } = pairs;
  const { starts, partners } = partnersOf(rowCount, pairs);
  const rows = Uint32Array.from({ length: rowCount }, (_, row) => row).filter((row) => starts[row] < starts[row + 1]);
  rows.sort(order);
  const place = new Uint32Array(rowCount);
  const isKeeper = new Uint8Array(rowCount);
  const isCovered = new Uint8Array(rowCount);
  for (const [i, row] of rows.entries()) {
    place[row] = i;
    if (isCovered[row]) continue;
    isKeeper[row] = 1;
    for (let p = starts[row]; p < starts[row + 1]; p++) isCovered[partners[p]] = 1;
  }
  const keeperOf = new Map<number, KeeperAt>();
  const choosy = new Map<number, KeeperAt[]>();
  const see = (row: number, keeper: number, i: number) => {
    if (isKeeper[row] || !isKeeper[keeper]) return;
    if (apart.from(row).length > 0) {
      const keepers = choosy.get(row);
      if (keepers) keepers.push({ keeper, distance: distance[i] });
      else choosy.set(row, [{ keeper, distance: distance[i] }]);
      return;
    }
    const known = keeperOf.get(row);
    const isNearer =
      !known || distance[i] < known.distance || (distance[i] === known.distance && place[keeper] < place[known.keeper]);
    if (isNearer) keeperOf.set(row, { keeper, distance: distance[i] });
  };
  for (let i = 0; i < count; i++) {
    see(left[i], right[i], i);
    see(right[i], left[i], i);
  }
  for (const row of [...choosy.keys()].sort((a, b) => place[a] - place[b])) {
    const keepers = choosy.get(row) as KeeperAt[];
    keepers.sort((a, b) => a.distance - b.distance || place[a.keeper] - place[b.keeper]);
    const mayJoin = ({ keeper }: KeeperAt) =>
      apart.from(row).every((other) => other !== keeper && keeperOf.get(other)?.keeper !== keeper);
    const found = keepers.find(mayJoin);
    if (found) keeperOf.set(row, found);
  }
  return gathered(keeperOf);
}

interface KeeperAt {
  readonly keeper: number;
  readonly distance: number;
}

/** The partners of row `r` are `partners[starts[r]]` up to `partners[starts[r + 1]]`, excluded. */
function partnersOf(rowCount: number, { left, right, count }: PairList) {
  const starts = new Uint32Array(rowCount + 1);
  for (let i = 0; i < count; i++) {
    starts[left[i] + 1]++;
    starts[right[i] + 1]++;
  }
  for (let row = 0; row < rowCount; row++) starts[row + 1] += starts[row];
  const next = starts.slice();
  const partners = new Uint32Array(2 * count);
  for (let i = 0; i < count; i++) {
    partners[next[left[i]]++] = right[i];
    partners[next[right[i]]++] = left[i];
  }
  return { starts, partners };
}

function gathered(keeperOf: ReadonlyMap<number, { keeper: number }>): RowGroup[] {
  const members = new Map<number, number[]>();
  for (const [row, { keeper }] of keeperOf) {
    const rows = members.get(keeper);
    if (rows) rows.push(row);
    else members.set(keeper, [keeper, row]);
  }
  const groups = [...members].map(([keeper, rows]) => ({ keeper, rows: rows.sort((a, b) => a - b) }));
  return groups.sort((a, b) => a.keeper - b.keeper);
}
