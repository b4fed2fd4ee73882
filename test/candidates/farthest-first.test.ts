import fc from "fast-check";
import { expect, test } from "vitest";
import { farthestFirst } from "#candidates/farthest-first.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { closestDistances, type ImageVectors, imageVectors } from "#data/image-vectors.ts";
import { NearestChosen } from "#search/nearest-chosen.ts";
import { oracleDistance } from "../support/brute-force.ts";
import { matrixOf, randomFeatures } from "../support/random-features.ts";

/** Distances of one image to all, by their closest vectors. */
function distancesTo(image: number, features: FeatureMatrix, views: FeatureMatrix | undefined): Float64Array {
  const perImage = (views?.rowCount ?? 0) / features.rowCount;
  const repeated = (matrix: FeatureMatrix, count: number) =>
    matrixOf(
      Array.from({ length: features.rowCount * count }, (_, i) => {
        const row = image * count + (i % count);
        return [...matrix.values.subarray(row * matrix.dim, (row + 1) * matrix.dim)];
      }),
      matrix.dim,
    );
  const itself = imageVectors(repeated(features, 1), views && repeated(views, perImage));
  return closestDistances(itself, imageVectors(features, views));
}

test("farthestFirst() chooses at each step the image farthest from all that is labeled or chosen", () => {
  const cases = fc.record({
    rows: fc.integer({ min: 1, max: 30 }),
    perImage: fc.integer({ min: 0, max: 2 }),
    dim: fc.integer({ min: 1, max: 40 }),
    seed: fc.nat(),
    dissimilar: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(cases, ({ rows, perImage, dim, seed, dissimilar }) => {
      const features = randomFeatures({ rows, dim, seed });
      const views = perImage === 0 ? undefined : randomFeatures({ rows: rows * perImage, dim, seed: seed + 2 });
      const labeled = randomFeatures({ rows: 4, dim, seed: seed + 1 });
      const between = Array.from({ length: rows }, (_, row) => distancesTo(row, features, views));
      const toLabeled = Float64Array.from({ length: rows }, (_, row) =>
        Math.min(...[0, 1, 2, 3].map((other) => oracleDistance(features, row, labeled, other))),
      );
      const chosen: number[] = [];
      const vectors: ImageVectors = imageVectors(features, views);
      for (const choice of farthestFirst(vectors, new NearestChosen(vectors), { toLabeled, dissimilar, count: 99 })) {
        const { row, nearestChosen, coverageRadius } = choice;
        const open = [...toLabeled.keys()].filter((other) => toLabeled[other] > dissimilar && !chosen.includes(other));
        const covered = (other: number) => Math.min(toLabeled[other], ...chosen.map((one) => between[one][other]));
        expect(row).toBe(open.reduce((best, other) => (covered(other) > covered(best) ? other : best)));
        const nearest = Math.min(...chosen.map((one) => between[one][row]));
        expect(nearestChosen?.distance).toBe(chosen.length === 0 ? undefined : nearest);
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
  const vectors = imageVectors(rows, undefined);
  const choices = [
    ...farthestFirst(vectors, new NearestChosen(vectors), { toLabeled: undefined, dissimilar: 5, count: 3 }),
  ];
  expect(choices.map(({ row }) => row)).toEqual([2, 3, 4]);
  expect(choices[0].nearestChosen).toBeUndefined();
  const some = { toLabeled: undefined, dissimilar: 5, count: 1, firstAmong: [0, 3, 4] };
  expect([...farthestFirst(vectors, new NearestChosen(vectors), some)].map(({ row }) => row)).toEqual([0]);
});

test("farthestFirst() of no rows chooses none", () => {
  const none = imageVectors(matrixOf([], 3), undefined);
  const choices = farthestFirst(none, new NearestChosen(none), { toLabeled: undefined, dissimilar: 0, count: 5 });
  expect([...choices]).toEqual([]);
});
