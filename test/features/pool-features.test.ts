import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { poolFeatures } from "#features/pool-features.ts";

type Layout = "nchw" | "nhwc";

function randomValues(shape: readonly number[]): Float32Array {
  const random = new SeededRandom(7);
  return Float32Array.from({ length: shape.reduce((product, length) => product * length, 1) }, () =>
    random.between(-3, 5),
  );
}

/** The mean over all positions, in float64, by indices in full: the oracle. */
function meanByIndices(values: Float32Array, shape: readonly number[], layout: Layout): number[] {
  const [pictures, a, b, c] = shape.length === 3 ? [shape[0], shape[1], 1, shape[2]] : shape;
  const isPlanar = shape.length === 4 && layout === "nchw";
  const [height, width, dim] = isPlanar ? [b, c, a] : [a, b, c];
  const at = (n: number, f: number, p: number) =>
    isPlanar ? (n * dim + f) * height * width + p : (n * height * width + p) * dim + f;
  const meanOf = (n: number, f: number) => {
    const sum = Array.from({ length: height * width }, (_, p) => values[at(n, f, p)]).reduce((x, y) => x + y, 0);
    return Math.fround(sum / (height * width));
  };
  return Array.from({ length: pictures * dim }, (_, i) => meanOf(Math.floor(i / dim), i % dim));
}

test.each<[readonly number[], Layout]>([
  [[2, 5, 3, 4], "nchw"],
  [[2, 3, 4, 5], "nhwc"],
  [[3, 7, 4], "nchw"],
  [[3, 7, 4], "nhwc"],
  [[1, 512, 13, 13], "nchw"],
])("the mean over the positions of %j in %s is that of float64 sums, to the bit", (shape, layout) => {
  const values = randomValues(shape);
  const pooled = poolFeatures(values, shape, { pool: "mean", layout });
  const expected = meanByIndices(values, shape, layout);
  expect(pooled?.dim).toBe(expected.length / shape[0]);
  expect([...(pooled?.features ?? [])]).toEqual(expected);
});

test("the first token is taken as it stands, and flatten takes all", () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
  const first = poolFeatures(values, [2, 3, 2], { pool: "first", layout: "nchw" });
  expect(first).toEqual({ features: Float32Array.of(1, 2, 7, 8), dim: 2 });
  expect(poolFeatures(values, [2, 3, 2], { pool: "flatten", layout: "nchw" })).toEqual({ features: values, dim: 6 });
});

test.each<[readonly number[], number]>([
  [[2, 6], 6],
  [[2, 6, 1, 1], 6],
  [[2, 1, 1, 6], 6],
  [[2, 1, 6], 6],
  [[2, 1, 1], 1],
])("%j is one vector a picture already", (shape, dim) => {
  expect(poolFeatures(randomValues(shape), shape, { layout: "nchw" })?.dim).toBe(dim);
});

test.each<[readonly number[], "mean" | "first" | "flatten" | undefined]>([
  [[2, 3, 4], undefined],
  [[2, 3, 4, 5], undefined],
  [[2, 3], "mean"],
  [[2, 3], "first"],
  [[2, 3, 4, 5], "first"],
  [[2, 3, 4, 5, 6], "mean"],
  [[2, 0, 4, 5], "mean"],
  [[2], "flatten"],
])("%j is not pooled by %s", (shape, pool) => {
  expect(poolFeatures(randomValues(shape), shape, { layout: "nchw", ...(pool ? { pool } : {}) })).toBeUndefined();
});
