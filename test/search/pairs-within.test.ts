import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import { pairsWithin } from "#search/pairs-within.ts";
import { TileKernel } from "#search/tile-kernel.ts";
import { oracleDistance, oraclePairs, pairTexts } from "../support/brute-force.ts";
import { matrixOf, randomFeatures } from "../support/random-features.ts";

let kernel: TileKernel;
beforeAll(async () => {
  kernel = await TileKernel.open("cpu");
});

async function pairsAmong(features: FeatureMatrix, threshold: number, blockRows = 1024): Promise<string[]> {
  const search = { left: features, right: features, leftFirstRow: 0, rightFirstRow: 0, threshold, blockRows };
  return pairTexts((await pairsWithin(kernel, search)).pairs);
}

test.each([
  [0.9, []],
  [1, ["0-2:1"]],
  [5, ["0-1:5", "0-2:1", "1-2:4.47213595499958"]],
])("pairsWithin() with threshold %f includes pairs at exactly that distance", async (threshold, expected) => {
  const rows = matrixOf([
    [0, 0],
    [3, 4],
    [1, 0],
  ]);
  expect(await pairsAmong(rows, threshold)).toEqual(expected);
});

test("pairsWithin() finds what float64 brute force finds, whatever the dims, sizes, scales and blocks", async () => {
  const cases = fc.record({
    rows: fc.integer({ min: 0, max: 150 }),
    dim: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(63, 64, 65, 300, 1500)),
    seed: fc.nat(),
    exponent: fc.integer({ min: -18, max: 18 }),
    blockRows: fc.integer({ min: 1, max: 200 }),
    quantile: fc.integer({ min: 0, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, dim, seed, exponent, blockRows, quantile }) => {
      const scale = 10 ** exponent;
      const features = randomFeatures({ rows, dim, seed, scale });
      const some = oraclePairs(features, 0.2 * scale * (1 + quantile)).map((text) => Number(text.split(":")[1]));
      // a threshold that is exactly one of the distances, or no pair at all
      const threshold = some[Math.floor(some.length / 2)] ?? 0.1 * scale;
      expect(await pairsAmong(features, threshold, blockRows)).toEqual(oraclePairs(features, threshold));
    }),
    { numRuns: 60 },
  );
});

test("pairsWithin() tells one unit in the last place of the threshold apart", async () => {
  const features = randomFeatures({ rows: 120, dim: 96, seed: 5 });
  const distance = oracleDistance(features, 3, features, 77);
  const below = distance * (1 - Number.EPSILON);
  expect(below).toBeLessThan(distance);
  expect(await pairsAmong(features, distance)).toEqual(oraclePairs(features, distance));
  expect(await pairsAmong(features, below)).toEqual(oraclePairs(features, below));
  expect(oraclePairs(features, distance).length).toBe(oraclePairs(features, below).length + 1);
});

test("pairsWithin() loses nothing to rows that are equal, zero, huge beside tiny, or almost too large for float32", async () => {
  const row = Array.from({ length: 50 }, (_, f) => Math.sin(f));
  const scaled = (factor: number) => row.map((value) => Math.fround(value * factor));
  const awkward = [
    row,
    row,
    row.map(() => 0),
    row.map(() => 0),
    scaled(1e-20),
    scaled(2e-20),
    scaled(1e-42),
    scaled(1e20),
  ];
  for (const rows of [awkward, [...awkward, scaled(3e38), scaled(3e38)]]) {
    const features = matrixOf(rows);
    for (const threshold of [0, 1e-40, 1e-19, 1, 10, 1e21, 1e39]) {
      expect(await pairsAmong(features, threshold, 3)).toEqual(oraclePairs(features, threshold));
    }
  }
});

test("pairsWithin() over shards finds what it finds over all rows at once", async () => {
  const features = randomFeatures({ rows: 230, dim: 33, seed: 9 });
  const threshold = 0.3;
  const found: string[] = [];
  for (let top = 0; top < 230; top += 70) {
    for (let first = top; first < 230; first += 70) {
      const left = rowsOf(features, top, Math.min(top + 70, 230));
      const right = rowsOf(features, first, Math.min(first + 70, 230));
      const search = { left, right, leftFirstRow: top, rightFirstRow: first, threshold, blockRows: 32 };
      found.push(...pairTexts((await pairsWithin(kernel, search)).pairs));
    }
  }
  expect(found.sort()).toEqual(oraclePairs(features, threshold).sort());
});

test("pairsWithin() looks at few pairs in float64 when few are near", async () => {
  const features = randomFeatures({ rows: 600, dim: 64, seed: 2, copies: 0.02 });
  const search = { left: features, right: features, leftFirstRow: 0, rightFirstRow: 0, threshold: 0.5, blockRows: 256 };
  const { pairs, refined } = await pairsWithin(kernel, search);
  expect(pairs.count).toBeGreaterThan(0);
  // a group of 64 for each pair, and for each row the group that it lies in itself
  expect(refined).toBeLessThanOrEqual(64 * (pairs.count + features.rowCount));
});
