import { afterAll, expect, test } from "vitest";
import { imageVectors } from "#data/image-vectors.ts";
import { Searcher } from "#search/searcher.ts";
import { oracleChoices, oracleDistances } from "../support/choosing.ts";
import { matrixOf, randomFeatures } from "../support/random-features.ts";

const searcher = new Searcher(2);
afterAll(() => searcher.close());

const EVERYTHING = { counts: () => true, isOpen: () => true };

test("more images than are watched at once are followed exactly, though most are compared late", async () => {
  const features = randomFeatures({ rows: 6000, dim: 3, seed: 3, copies: 0.5, copyDistance: 0 });
  const coverage = searcher.coverage(imageVectors(features, undefined), { toLabeled: undefined, ...EVERYTHING });
  const covered = new Float64Array(6000).fill(Number.POSITIVE_INFINITY);
  let next = 17;
  for (let choice = 0; choice < 120; choice++) {
    coverage.add(next);
    for (let row = 0; row < 6000; row++) covered[row] = Math.min(covered[row], distanceOf(features.values, row, next));
    const farthest = covered.reduce((best, distance, row) => (distance > covered[best] ? row : best), 0);
    expect([await coverage.farthest(), await coverage.radius()]).toEqual([farthest, covered[farthest]]);
    next = choice % 3 === 0 ? (next * 31 + 7) % 6000 : farthest;
  }
});

function distanceOf(values: Float32Array, a: number, b: number): number {
  const [x, y, z] = [0, 1, 2].map((f) => (values[3 * a + f] - values[3 * b + f]) ** 2);
  return Math.sqrt(x + y + z);
}

test("images that turn up later have to be covered from then on, by what was chosen before too", async () => {
  const vectors = imageVectors(matrixOf([[0], [1], [10], [11], [30]]), undefined);
  const standing = { counts: (image: number) => image < 2, isOpen: (image: number) => image !== 4 };
  const coverage = searcher.coverage(vectors, { toLabeled: undefined, ...standing });
  coverage.add(0);
  expect([await coverage.farthest(), await coverage.radius()]).toEqual([1, 1]);
  coverage.turnTo([2, 3, 4]);
  expect([await coverage.farthest(), await coverage.radius()]).toEqual([3, 30]);
  expect(coverage.nearestChosen(3)).toEqual({ row: 0, distance: 11 });
});

test("the nearest chosen image is the earliest of equally near ones, however many were chosen", () => {
  const features = randomFeatures({ rows: 700, dim: 5, seed: 4, copies: 0.5, copyDistance: 0 });
  const views = randomFeatures({ rows: 700, dim: 5, seed: 5, copies: 0.5, copyDistance: 0 });
  const between = oracleDistances(features, views);
  const coverage = searcher.coverage(imageVectors(features, views), { toLabeled: undefined, ...EVERYTHING });
  const order = Array.from({ length: 700 }, (_, i) => (i * 331) % 700);
  const choosing = { between, toLabeled: undefined, ...EVERYTHING };
  const expected = oracleChoices(choosing, 700, (image) => -order.indexOf(image));
  for (const { row, nearestChosen } of expected) {
    expect(coverage.nearestChosen(row)).toEqual(nearestChosen);
    coverage.add(row);
  }
});
