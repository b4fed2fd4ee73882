import fc from "fast-check";
import { expect, test } from "vitest";
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
      const found = await nearestRows(product, left, right);
      for (let i = 0; i < queries; i++) {
        const distances = Array.from({ length: base }, (_, j) => oracleDistance(left, i, right, j));
        const nearest = Math.min(...distances);
        expect([found.row[i], found.distance[i]]).toEqual([distances.indexOf(nearest), nearest]);
      }
    }),
    { numRuns: 25 },
  );
});

test("nearestRows() is not led astray by base rows that lie very far", async () => {
  const product = await MatrixProduct.open({ device: "cpu" });
  const near = Array.from({ length: 200 }, (_, i) => [i / 1000, 0]);
  const { row } = await nearestRows(product, matrixOf([[0.0501, 0]]), matrixOf([...near, [1e6, 1e6]]));
  expect(row[0]).toBe(50);
});
