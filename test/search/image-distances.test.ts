import { expect, test } from "vitest";
import { distance } from "#data/feature-matrix.ts";
import { imageVectors, vectorsByImage } from "#data/image-vectors.ts";
import { imageDistances } from "#search/image-distances.ts";
import { randomFeatures } from "../support/random-features.ts";

test.each([1, 3, 13, 64])("imageDistances() are those of the closest vectors, in float64, at %i dims", (dim) => {
  const sets = [1, 2].map((seed) => {
    const features = randomFeatures({ rows: 9 * seed, dim, seed });
    return imageVectors(features, randomFeatures({ rows: 18 * seed, dim, seed: seed + 5 }));
  });
  const [left, right] = sets;
  const found = Array.from(imageDistances(left, right), (row) => [...row]);
  const [ofLeft, ofRight] = sets.map(vectorsByImage);
  const expected = ofLeft.map((vectors) =>
    ofRight.map((others) =>
      Math.min(...vectors.flatMap((a) => others.map((b) => distance(left.matrix, a, right.matrix, b)))),
    ),
  );
  expect(found).toEqual(expected);
});
