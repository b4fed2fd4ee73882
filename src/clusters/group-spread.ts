import type { GroupSpread, RowGroup } from "#data/group.ts";
import type { PairList } from "#data/pair-list.ts";

/**
 * How far groups reach, of those in which every member is a pair with every other.
 *
 * @param pairs of whatever match
 * @param keeperOf the keeper of each row that is in a group, by row
 * @returns by keeper
 */
export function spreadsOfPairs(
  groups: readonly RowGroup[],
  { left, right, distance, count }: PairList,
  keeperOf: Uint32Array,
): Map<number, GroupSpread> {
  const sums = new Float64Array(keeperOf.length);
  const partners = new Uint32Array(keeperOf.length);
  const diameters = new Float64Array(keeperOf.length);
  for (let i = 0; i < count; i++) {
    const keeper = keeperOf[left[i]];
    if (keeper !== keeperOf[right[i]]) continue;
    diameters[keeper] = Math.max(diameters[keeper], distance[i]);
    for (const row of [left[i], right[i]]) {
      sums[row] += distance[i];
      partners[row]++;
    }
  }
  const complete = groups.filter(({ rows }) => rows.every((row) => partners[row] === rows.length - 1));
  return new Map(
    complete.map((group) => {
      const medoidRow = medoidOf(group, (row) => sums[row]);
      return [group.keeper, { diameter: diameters[group.keeper], medoidRow, isExact: true }];
    }),
  );
}

/**
 * How far a group reaches, by the distances of its members to some of them.
 *
 * @param distances for each of those some: its distances to all members, shape (members,)
 * @param isExact whether the some are all
 */
export function spreadOfDistances(group: RowGroup, distances: Iterable<Float64Array>, isExact: boolean): GroupSpread {
  const sums = new Float64Array(group.rows.length);
  let diameter = 0;
  for (const row of distances) {
    for (let i = 0; i < row.length; i++) {
      sums[i] += row[i];
      if (row[i] > diameter) diameter = row[i];
    }
  }
  const placeOf = new Map(group.rows.map((row, place) => [row, place]));
  return { diameter, medoidRow: medoidOf(group, (row) => sums[placeOf.get(row) as number]), isExact };
}

/** The keeper where it is as central as any, then the smaller row. */
function medoidOf({ rows, keeper }: RowGroup, sumOf: (row: number) => number): number {
  let medoid = keeper;
  for (const row of rows) if (sumOf(row) < sumOf(medoid)) medoid = row;
  return medoid;
}
