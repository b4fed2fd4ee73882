import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { cellsBetween, measurable, type SlottedVectors } from "#calibration/closest-vectors.ts";
import { ThresholdGrid } from "#calibration/threshold-grid.ts";
import { MatrixProduct } from "#search/matrix-product.ts";

/** Images whose slots are 0.01 × a whole number apart along the first axis, up to a hair, and random ones. */
function vectors(
  images: number,
  { slots, dim, scale, seed }: { slots: number; dim: number; scale: number; seed: number },
) {
  const random = new SeededRandom(seed);
  const values = Float32Array.from({ length: images * slots * dim }, (_, i) => {
    const image = Math.floor(i / (slots * dim));
    if (image % 2 === 0) return i % dim === 0 ? (scale * random.integer(0, 90)) / 100 : 0;
    return (scale * random.between(-1, 1)) / Math.sqrt(dim);
  });
  return { values, slots, dim } satisfies SlottedVectors;
}

/** In float64 alone. */
function oracleCell(left: SlottedVectors, i: number, right: SlottedVectors, j: number, grid: ThresholdGrid): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let a = 0; a < left.slots; a++) {
    for (let b = 0; b < left.slots; b++) {
      let sum = 0;
      for (let f = 0; f < left.dim; f++) {
        const one = left.values[(i * left.slots + a) * left.dim + f];
        sum += (one - right.values[(j * left.slots + b) * left.dim + f]) ** 2;
      }
      nearest = Math.min(nearest, Math.sqrt(sum));
    }
  }
  let cell = 0;
  while (grid.at(cell) < nearest) cell++;
  return cell;
}

test("cells are those of float64, also where distances lie on a threshold, for unit and for long vectors", async () => {
  const product = await MatrixProduct.open({ device: "cpu", threads: 1 });
  for (const { scale, grid } of [
    { scale: 1, grid: new ThresholdGrid(2) },
    { scale: 250, grid: ThresholdGrid.forLength(250) },
  ]) {
    const shape = { slots: 3, dim: 40, scale };
    const [left, right] = [vectors(24, { ...shape, seed: 1 }), vectors(31, { ...shape, seed: 2 })];
    const cells = await cellsBetween(left, measurable(right), grid, product);
    expect(cells).toHaveLength(24 * 31);
    for (const [place, cell] of cells.entries()) {
      expect(cell).toBe(oracleCell(left, Math.floor(place / 31), right, place % 31, grid));
    }
  }
});
