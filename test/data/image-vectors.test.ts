import fc from "fast-check";
import { expect, test } from "vitest";
import { closestDistances, imageVectors, VectorOwners } from "#data/image-vectors.ts";
import { PairCollector } from "#data/pair-list.ts";
import { imagePairs, rankPairs, rowOrderOf } from "#data/row-order.ts";
import { oracleDistance } from "../support/brute-force.ts";
import { matrixOf, randomFeatures } from "../support/random-features.ts";

test("imageVectors() leaves out views that are like the picture or like an earlier view of it", () => {
  const features = matrixOf([[1, 1], [2, 2], [3, 3]]); // biome-ignore format: a picture a row
  const views = matrixOf([[1, 1], [5, 5], [6, 6], [6, 6], [3, 3], [1, 1]]); // biome-ignore format: two views a picture
  const { matrix, imageOf, imageCount } = imageVectors(features, views);
  expect(imageCount).toBe(3);
  expect([...imageOf]).toEqual([0, 1, 2, 0, 1, 2]);
  expect([...matrix.values]).toEqual([1, 1, 2, 2, 3, 3, 5, 5, 6, 6, 1, 1]);
});

test("the distance of two images is that of their closest vectors", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 3 }), fc.nat(), (images, perImage, seed) => {
      const made = (other: number) => {
        const features = randomFeatures({ rows: images, dim: 4, seed: seed + other });
        const views = randomFeatures({ rows: images * perImage, dim: 4, seed: seed + other + 1 });
        return { features, views, vectors: imageVectors(features, perImage === 0 ? undefined : views) };
      };
      const [a, b] = [made(0), made(2)];
      const all = (side: typeof a, image: number) => [
        { matrix: side.features, row: image },
        ...Array.from({ length: perImage }, (_, i) => ({ matrix: side.views, row: image * perImage + i })),
      ];
      const expected = Array.from({ length: images }, (_, i) =>
        Math.min(...all(a, i).flatMap((x) => all(b, i).map((y) => oracleDistance(x.matrix, x.row, y.matrix, y.row)))),
      );
      expect([...closestDistances(a.vectors, b.vectors)]).toEqual(expected);
    }),
  );
});

test("imagePairs() and rankPairs() name images by rank, keep the closest pair of two images and none of an image with itself", () => {
  const owners = new VectorOwners();
  // rows c, a with a view of a; then row b with a view
  owners.add(imageVectors(matrixOf([[0], [1]]), matrixOf([[0], [2]])), 0);
  owners.add(imageVectors(matrixOf([[3]]), matrixOf([[4]])), 2);
  expect(owners.vectorCount).toBe(5);
  expect([...owners.toArray()]).toEqual([0, 1, 1, 2, 2]);
  const found = new PairCollector();
  for (const [left, right, distance] of [[1, 2, 1], [0, 4, 4], [0, 3, 3], [2, 3, 1], [1, 3, 2], [3, 4, 1]]) {
    found.add(left, right, distance);
  } // biome-ignore format: pairs in one line
  const pairs = rankPairs(imagePairs(found.toList(), owners.toArray()), rowOrderOf(["c", "a", "b"]));
  expect(pairs).toEqual({
    left: Uint32Array.of(0, 1),
    right: Uint32Array.of(1, 2),
    distance: Float64Array.of(1, 3),
    count: 2,
  });
});
