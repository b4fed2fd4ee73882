import fc from "fast-check";
import { expect, test } from "vitest";
import { connectedComponents } from "#clusters/connected-components.ts";
import { spreadOfDistances, spreadsOfPairs } from "#clusters/group-spread.ts";
import { weakestLinks } from "#clusters/weakest-links.ts";
import { PairCollector } from "#data/pair-list.ts";

const ROWS = 16;
const byRow = (a: number, b: number) => a - b;

function pairsOf(pairs: Iterable<readonly [number, number, number]>) {
  const collector = new PairCollector();
  for (const pair of pairs) collector.add(...pair);
  return collector.toList();
}

function keeperOfAll(groups: readonly { rows: readonly number[]; keeper: number }[], rowCount: number): Uint32Array {
  const keeperOf = Uint32Array.from({ length: rowCount }, (_, row) => row);
  for (const { rows, keeper } of groups) for (const row of rows) keeperOf[row] = keeper;
  return keeperOf;
}

/** Points on a line, and as pairs those within 1 of each other. */
const points = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: ROWS, maxLength: ROWS });
const apart = (places: readonly number[], a: number, b: number) => Math.abs(places[a] - places[b]) / 4;

function pairsWithinOne(places: readonly number[]) {
  const all = places.flatMap((_, a) => places.slice(a + 1).map((_, i) => [a, a + 1 + i] as const));
  return pairsOf(all.map(([a, b]) => [a, b, apart(places, a, b)] as const).filter(([, , d]) => d <= 1));
}

test("weakestLinks() names a pair that the group hangs by: it holds together with pairs as near, not with nearer ones only", () => {
  fc.assert(
    fc.property(points, (places) => {
      const pairs = pairsWithinOne(places);
      const groups = connectedComponents(ROWS, pairs, byRow);
      const links = weakestLinks(pairs, keeperOfAll(groups, ROWS));
      expect([...links.keys()].sort(byRow)).toEqual(groups.map(({ keeper }) => keeper));
      for (const { keeper, rows } of groups) {
        const limit = pairs.distance[links.get(keeper) as number];
        const within = (isKept: (distance: number) => boolean) => {
          const kept = [...pairs.distance.keys()].filter((i) => isKept(pairs.distance[i]));
          const list = pairsOf(kept.map((i) => [pairs.left[i], pairs.right[i], pairs.distance[i]] as const));
          return connectedComponents(ROWS, list, byRow).some(
            (group) => group.rows.length === rows.length && group.rows[0] === rows[0],
          );
        };
        expect(within((distance) => distance <= limit)).toBe(true);
        expect(within((distance) => distance < limit)).toBe(false);
      }
    }),
  );
});

test("weakestLinks() passes over pairs of members of different groups", () => {
  const pairs = pairsOf([
    [0, 1, 0.1],
    [1, 2, 0.9],
    [2, 3, 0.2],
  ]);
  expect([...weakestLinks(pairs, Uint32Array.of(0, 0, 3, 3))]).toEqual([
    [0, 0],
    [3, 2],
  ]);
});

test("spreads are those of all distances of a group, whether its pairs tell them or its vectors", () => {
  fc.assert(
    fc.property(points, (places) => {
      const pairs = pairsWithinOne(places);
      const groups = connectedComponents(ROWS, pairs, byRow);
      const told = spreadsOfPairs(groups, pairs, keeperOfAll(groups, ROWS));
      for (const group of groups) {
        const { rows, keeper } = group;
        const distances = rows.map((a) => Float64Array.from(rows, (b) => apart(places, a, b)));
        const sums = distances.map((row) => row.reduce((sum, distance) => sum + distance, 0));
        const least = Math.min(...sums);
        const medoidRow = sums[rows.indexOf(keeper)] === least ? keeper : rows[sums.indexOf(least)];
        const diameter = Math.max(...distances.map((row) => Math.max(...row)));
        const expected = { diameter, medoidRow, isExact: true };
        expect(spreadOfDistances(group, distances, true)).toEqual(expected);
        if (diameter <= 1) expect(told.get(keeper)).toEqual(expected);
        else expect(told.has(keeper)).toBe(false);
      }
    }),
  );
});
