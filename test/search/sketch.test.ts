import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { MatrixProduct } from "#search/matrix-product.ts";
import { orthonormalRows, skewOf } from "#search/orthonormal.ts";
import { fitQuantiser, leftDigits, quantiseRow, writeDigits } from "#search/quantise.ts";
import { identityRotation, momentsOf, principalDirections, rotationTo } from "#search/rotation.ts";
import { sketchRows } from "#search/sketch.ts";
import { oracleDistance } from "../support/brute-force.ts";
import { shapedFeatures } from "../support/random-features.ts";

const product = await MatrixProduct.open({ device: "cpu", threads: 1 });

async function fitted(rows: FeatureMatrix, scale: number, width: number) {
  const moments = await momentsOf(product, rows, scale);
  return rotationTo(await principalDirections(product, moments, width), moments, width);
}

test.each([1, 1e-5, 1e4])(
  "sketches, less their slacks, are never farther apart than the rows: scale %f",
  async (scale) => {
    for (const rank of [2, 20, 2000]) {
      const rows = shapedFeatures({ rows: 60, dim: 90, seed: rank, scale, rank });
      const power = 2 ** -Math.ceil(Math.log2(scale * 30));
      const rotations = [await fitted(rows, power, 16), await fitted(rows, power, 90), identityRotation(rows, power)];
      for (const rotation of rotations) {
        const { values, slacks, width } = await sketchRows(product, rows, rotation);
        for (let a = 0; a < 60; a++) {
          for (let b = 0; b < a; b++) {
            let sum = 0;
            for (let c = 0; c <= width; c++) sum += (values[a * (width + 1) + c] - values[b * (width + 1) + c]) ** 2;
            expect(Math.sqrt(sum) - slacks[a] - slacks[b]).toBeLessThanOrEqual(
              power * oracleDistance(rows, a, rows, b),
            );
          }
        }
        expect(Math.max(...slacks)).toBeLessThan(0.02);
      }
    }
  },
);

test("byte numbers keep distances within the error that is measured, and their digits take off half the squared length", async () => {
  const rows = shapedFeatures({ rows: 80, dim: 64, seed: 3, scale: 1, rank: 30 });
  const rotation = await fitted(rows, 1 / 64, 48);
  const sketches = await sketchRows(product, rows, rotation);
  const quantiser = fitQuantiser(sketches, 0.5);
  const { numbers, step } = quantiser;
  const sketchOf = (row: number) => sketches.values.subarray(row * numbers, (row + 1) * numbers);
  const bytes = Array.from({ length: 80 }, () => new Int8Array(numbers));
  const errors = bytes.map((target, row) => quantiseRow(sketchOf(row), quantiser, target, new Float64Array(numbers)));
  const apart = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Math.hypot(...Array.from(x, (value, i) => value - y[i]));
  for (let a = 0; a < 80; a++) {
    for (let b = 0; b < a; b++) {
      const [exact, coarse] = [apart(sketchOf(a), sketchOf(b)), step * apart(bytes[a], bytes[b])];
      expect(Math.abs(exact - coarse)).toBeLessThanOrEqual(errors[a] + errors[b]);
    }
  }
  for (const square of [0, 1, 255, 256, 40_000]) {
    const digits: number[] = [];
    writeDigits(Math.floor(square / 2), quantiser, (digit, value) => {
      digits[digit] = value;
    });
    const takenOff = leftDigits(quantiser).reduce((sum, left, i) => sum - left * digits[i], 0);
    expect(takenOff).toBe(Math.floor(square / 2));
  }
});

test("orthonormalRows() stand upright, even where rows are alike", async () => {
  const random = new SeededRandom(1);
  const rows = Float32Array.from({ length: 20 * 50 }, () => random.between(-1, 1));
  expect(skewOf(await orthonormalRows(product, rows, 50, random), 50)).toBeLessThan(1e-5);
  rows.copyWithin(50, 0, 100);
  rows.fill(0, 300, 400);
  const basis = await orthonormalRows(product, rows, 50, random);
  expect(skewOf(basis, 50)).toBeLessThan(1e-5);
});
