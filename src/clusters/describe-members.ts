import type { MatchedPairs } from "#data/pair-list.ts";

/** What the pairs say of each row of a group; rows outside groups hold row 0 and Infinity. */
export interface MemberDistances {
  /** The nearest other member, shape (rows,); the smaller row where two are equally near. */
  readonly nearestRow: Uint32Array;
  readonly nearestDistance: Float64Array;
  /** Distance to the keeper where that is a pair, else Infinity; shape (rows,). */
  readonly toKeeper: Float64Array;
  /** Place in MATCHES of that pair's match; shape (rows,). */
  readonly matchWithKeeper: Uint8Array;
}

/**
 * @param pairs that join two images; those of different groups are passed over
 * @param keeperOf the keeper of each row that is in a group, by row
 */
export function memberDistances(rowCount: number, pairs: MatchedPairs, keeperOf: Uint32Array): MemberDistances {
  const nearestRow = new Uint32Array(rowCount);
  const nearestDistance = new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY);
  const toKeeper = new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY);
  const matchWithKeeper = new Uint8Array(rowCount);
  const see = (row: number, other: number, i: number) => {
    const distance = pairs.distance[i];
    const nearer = distance < nearestDistance[row] || (distance === nearestDistance[row] && other < nearestRow[row]);
    if (nearer) {
      nearestDistance[row] = distance;
      nearestRow[row] = other;
    }
    if (keeperOf[row] !== other) return;
    toKeeper[row] = distance;
    matchWithKeeper[row] = pairs.match[i];
  };
  for (let i = 0; i < pairs.count; i++) {
    if (keeperOf[pairs.left[i]] !== keeperOf[pairs.right[i]]) continue;
    see(pairs.left[i], pairs.right[i], i);
    see(pairs.right[i], pairs.left[i], i);
  }
  return { nearestRow, nearestDistance, toKeeper, matchWithKeeper };
}
