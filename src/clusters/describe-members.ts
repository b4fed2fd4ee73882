import type { PairList } from "#data/pair-list.ts";

/** What the pairs say of each row of a group; rows outside groups hold row 0 and Infinity. */
export interface MemberDistances {
  /** The nearest other member, shape (rows,); the smaller row where two are equally near. */
  readonly nearestRow: Uint32Array;
  readonly nearestDistance: Float64Array;
  /** Distance to the keeper where that is a pair, else Infinity; shape (rows,). */
  readonly toKeeper: Float64Array;
}

/** @param keeperOf the keeper of each row that is in a group, by row */
export function memberDistances(rowCount: number, pairs: PairList, keeperOf: Uint32Array): MemberDistances {
  const nearestRow = new Uint32Array(rowCount);
  const nearestDistance = new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY);
  const toKeeper = new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY);
  const see = (row: number, other: number, distance: number) => {
    const nearer = distance < nearestDistance[row] || (distance === nearestDistance[row] && other < nearestRow[row]);
    if (nearer) {
      nearestDistance[row] = distance;
      nearestRow[row] = other;
    }
    if (keeperOf[row] === other) toKeeper[row] = distance;
  };
  for (let i = 0; i < pairs.count; i++) {
    see(pairs.left[i], pairs.right[i], pairs.distance[i]);
    see(pairs.right[i], pairs.left[i], pairs.distance[i]);
  }
  return { nearestRow, nearestDistance, toKeeper };
}
