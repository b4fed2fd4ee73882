import { afterAll, expect, test } from "vitest";
import { imageVectors } from "#data/image-vectors.ts";
import { MatrixProduct } from "#search/matrix-product.ts";
import { fitPrincipal, principalVectors } from "#search/principal-vectors.ts";
import { Searcher } from "#search/searcher.ts";
import { oracleDistances } from "../support/choosing.ts";
import { matrixOf, randomFeatures, shapedFeatures } from "../support/random-features.ts";

const searcher = new Searcher(2);
afterAll(() => searcher.close());

test.each([
  ["of more dims than are kept", shapedFeatures({ rows: 300, dim: 160, seed: 1, scale: 1, rank: 40 })],
  ["of few dims", randomFeatures({ rows: 300, dim: 12, seed: 2, copies: 0 })],
])("the neighbours of images %s are all within the radius at which there are 64 on average", async (_, features) => {
  const { neighbours } = await searcher.likeness(imageVectors(features, undefined), undefined);
  const { starts, images, distances, radius } = neighbours;
  const product = await MatrixProduct.open({ device: "cpu", threads: 1 });
  const sample = { ...features, values: Float32Array.from(features.values) };
  const rotation = await fitPrincipal(product, sample, 128);
  const values = await principalVectors(product, features, rotation);
  const between = oracleDistances({ values, rowCount: 300, dim: rotation.width }, undefined);
  const expected = between.map((row, image) =>
    [...row.entries()].filter(([other, distance]) => other !== image && distance <= radius),
  );
  const found = expected.map((_, image) =>
    Array.from({ length: starts[image + 1] - starts[image] }, (_, i) => [
      images[starts[image] + i],
      distances[starts[image] + i],
    ]),
  );
  expect(found).toEqual(expected);
  expect(images.length / 300).toBeGreaterThan(60);
  expect(images.length / 300).toBeLessThan(68);
});

test("with views, the closest vectors tell how like two images are, and which labeled one is nearest", async () => {
  const features = matrixOf([[4, 0], [0, 4], [-4, 0], [0, -4]]); // biome-ignore format: four directions
  const views = matrixOf([[4, 0], [3.9, 0.1], [-4, 0], [0, -4]]); // biome-ignore format: the second sees the first
  const labeled = imageVectors(matrixOf([[0, 9], [1, -9]]), undefined); // biome-ignore format: near the second and the fourth
  const { neighbours, toLabeled } = await searcher.likeness(imageVectors(features, views), labeled);
  const { starts, images, distances } = neighbours;
  expect([...starts]).toEqual([0, 3, 6, 9, 12]);
  expect([...images.subarray(0, 3)]).toEqual([1, 2, 3]);
  expect(distances[0]).toBeLessThan(0.05);
  expect(distances[1]).toBeGreaterThan(1.9);
  const near = [...(toLabeled ?? [])].map((distance) => distance < 0.2);
  expect(near).toEqual([false, true, false, true]);
});

test("an image alone, and images that are all alike, have no trouble", async () => {
  const alone = await searcher.likeness(imageVectors(matrixOf([[1, 2]]), undefined), undefined);
  expect([...alone.neighbours.starts]).toEqual([0, 0]);
  const alike = await searcher.likeness(imageVectors(matrixOf([[1, 2], [1, 2], [1, 2]]), undefined), undefined); // biome-ignore format: short
  expect([...alike.neighbours.starts]).toEqual([0, 2, 4, 6]);
  expect([...alike.neighbours.distances]).toEqual([0, 0, 0, 0, 0, 0]);
});
