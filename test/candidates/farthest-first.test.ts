import fc from "fast-check";
import { expect, test } from "vitest";
import { farthestFirst } from "#candidates/farthest-first.ts";
import { oracleDistance } from "../support/brute-force.ts";
import { matrixOf, randomFeatures } from "../support/random-features.ts";

test("farthestFirst() chooses at each step the row farthest from all that is labeled or chosen", () => {
  const cases = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    seed: fc.nat(),
    dissimilar: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(cases, ({ rows, seed, dissimilar }) => {
      const features = randomFeatures({ rows, dim: 3, seed });
      const labeled = randomFeatures({ rows: 4, dim: 3, seed: seed + 1 });
      const to = (row: number, others: readonly number[]) =>
        others.map((other) => oracleDistance(features, row, features, other));
      const toLabeled = Float64Array.from({ length: rows }, (_, row) =>
        Math.min(...[0, 1, 2, 3].map((other) => oracleDistance(features, row, labeled, other))),
      );
      const chosen: number[] = [];
      for (const { row, nearestChosen, coverageRadius } of farthestFirst(features, {
        toLabeled,
        dissimilar,
        count: 99,
      })) {
        const open = [...toLabeled.keys()].filter((other) => toLabeled[other] > dissimilar && !chosen.includes(other));
        const covered = (other: number) => Math.min(toLabeled[other], ...to(other, chosen));
        expect(row).toBe(open.reduce((best, other) => (covered(other) > covered(best) ? other : best)));
        expect(nearestChosen?.distance).toBe(chosen.length === 0 ? undefined : Math.min(...to(row, chosen)));
        chosen.push(row);
        expect(coverageRadius).toBe(Math.max(...[...toLabeled.keys()].map(covered)));
      }
      expect(chosen).toHaveLength([...toLabeled].filter((distance) => distance > dissimilar).length);
    }),
  );
});

test("farthestFirst() begins with the most typical row when nothing is labeled", () => {
  const rows = matrixOf([
    [0, 0],
    [10, 0],
    [5, 1],
    [0, 10],
    [9, 9],
  ]);
  const choices = [...farthestFirst(rows, { toLabeled: undefined, dissimilar: 5, count: 3 })];
  expect(choices.map(({ row }) => row)).toEqual([2, 3, 4]);
  expect(choices[0].nearestChosen).toBeUndefined();
});

test("farthestFirst() of no rows chooses none", () => {
  expect([...farthestFirst(matrixOf([], 3), { toLabeled: undefined, dissimilar: 0, count: 5 })]).toEqual([]);
});
