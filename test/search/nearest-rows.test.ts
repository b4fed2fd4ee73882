import fc from "fast-check";
import { expect, test } from "vitest";
import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import { MatrixProduct } from "#search/matrix-product.ts";
import { nearestRows } from "#search/nearest-rows.ts";
import { oracleDistance } from "../support/brute-force.ts";
import { matrixOf, randomFeatures } from "../support/random-features.ts";

test("nearestRows() finds what float64 brute force finds, equal distances going to the smaller row", async () => {
  const product = await MatrixProduct.open({ device: "cpu" });
  const cases = fc.record({
    queries: fc.integer({ min: 0, max: 40 }),
    base: fc.integer({ min: 1, max: 700 }),
    dim: fc.integer({ min: 1, max: 70 }),
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ queries, base, dim, seed }) => {
      const left = randomFeatures({ rows: queries, dim, seed });
      const right = randomFeatures({ rows: base, dim, seed: seed + 1, copyDistance: 0 });
      const found = await nearestRows(product, allOf(left), right);
      for (let i = 0; i < queries; i++) {
        const distances = Array.from({ length: base }, (_, j) => oracleDistance(left, i, right, j));
        const nearest = Math.min(...distances);
        expect([found.row[i], found.distance[i]]).toEqual([distances.indexOf(nearest), nearest]);
      }
    }),
    { numRuns: 25 },
  );
});

const allOf = (features: FeatureMatrix) => ({
  features,
  rows: Uint32Array.from({ length: features.rowCount }, (_, i) => i),
});

test.each([1, 2 ** -120, 2 ** 120, 3e-12, 7e20])(
  "nearestRows() finds what brute force finds in rows %d times as long",
  async (times) => {
    const product = await MatrixProduct.open({ device: "cpu" });
    const features = randomFeatures({ rows: 900, dim: 33, seed: 5 });
    features.values.set(features.values.map((value) => value * times));
    const base = rowsOf(features, 0, 600);
    const queries = { features, rows: Uint32Array.of(899, 601, 700, 3, 601) };
    const { row, distance } = await nearestRows(product, queries, base);
    for (const [i, query] of queries.rows.entries()) {
      const distances = Array.from({ length: 600 }, (_, j) => oracleDistance(features, query, base, j));
      expect([row[i], distance[i]]).toEqual([distances.indexOf(Math.min(...distances)), Math.min(...distances)]);
    }
  },
);

test("nearestRows() tells everything that is nearer than what is known, and nothing of the rest", async () => {
  const product = await MatrixProduct.open({ device: "cpu" });
  const features = randomFeatures({ rows: 700, dim: 20, seed: 6 });
  const base = rowsOf(features, 0, 300);
  const queries = { features, rows: Uint32Array.from({ length: 400 }, (_, i) => 300 + i) };
  const all = await nearestRows(product, queries, base);
  // just farther, exactly as far, just nearer, far nearer
  const known = all.distance.map((distance, i) => distance * [1 + 1e-9, 1, 1 - 1e-9, 0.5][i % 4]);
  const { distance } = await nearestRows(product, queries, base, known);
  for (const i of known.keys()) {
    if (i % 4 === 3) expect(distance[i]).toBe(Number.POSITIVE_INFINITY);
    else if (i % 4 < 2) expect(distance[i]).toBe(all.distance[i]);
    else expect([all.distance[i], Number.POSITIVE_INFINITY]).toContain(distance[i]);
  }
});

test("nearestRows() is not led astray by base rows that lie very far", async () => {
  const product = await MatrixProduct.open({ device: "cpu" });
  const near = Array.from({ length: 200 }, (_, i) => [i / 1000, 0]);
  const { row } = await nearestRows(product, allOf(matrixOf([[0.0501, 0]])), matrixOf([...near, [1e6, 1e6]]));
  expect(row[0]).toBe(50);
});
