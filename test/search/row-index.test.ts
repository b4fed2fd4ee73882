import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import type { Metric } from "#data/metric.ts";
import type { RowIndex } from "#search/row-index.ts";
import type { QueryVectors } from "#search/row-level.ts";
import { Searcher } from "#search/searcher.ts";
import { oracleCosineDistance, oracleDistance } from "../support/brute-force.ts";
import { matrixOf, randomFeatures, shapedFeatures } from "../support/random-features.ts";
import { rowIndexOf } from "../support/row-indexes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const searcher = new Searcher(2);
afterAll(() => searcher.close());

interface Question {
  readonly count: number;
  readonly metric?: Metric;
  readonly owners?: Uint32Array;
  readonly isWanted?: (row: number) => boolean;
}

/** `image:distance` of the nearest, and of what is as near as the last of them. */
function oracleNearest(features: FeatureMatrix, queries: FeatureMatrix, question: Question): string[] {
  const { count, metric = "l2", owners, isWanted = () => true } = question;
  const measure = metric === "l2" ? oracleDistance : oracleCosineDistance;
  const closest = new Map<number, number>();
  for (let row = 0; row < features.rowCount; row++) {
    if (!isWanted(row)) continue;
    const image = owners?.[row] ?? row;
    for (let query = 0; query < queries.rowCount; query++) {
      const distance = measure(queries, query, features, row);
      closest.set(image, Math.min(distance, closest.get(image) ?? Number.POSITIVE_INFINITY));
    }
  }
  const all = [...closest].sort(([a, near], [b, far]) => near - far || a - b);
  const limit = all[Math.min(count, all.length) - 1]?.[1] ?? -1;
  return all.filter(([, distance]) => distance <= limit).map(([image, distance]) => `${image}:${distance}`);
}

async function nearest(index: RowIndex, queries: FeatureMatrix, count: number, kind = 1) {
  const { images, distances } = await index.nearest(queries, { count, kind });
  return [...images].map((image, i) => `${image}:${distances[i]}`);
}

function queryOf(values: Float32Array): FeatureMatrix {
  return { values, rowCount: 1, dim: values.length };
}

test("the nearest rows are those of float64 brute force, whatever the metric, dims, sizes, scales and spectra", async () => {
  const cases = fc.record({
    rows: fc.integer({ min: 0, max: 500 }),
    dim: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(63, 64, 65, 200)),
    seed: fc.nat(),
    exponent: fc.integer({ min: -6, max: 6 }),
    rank: fc.constantFrom(1, 3, 10, 2000),
    shardRows: fc.integer({ min: 20, max: 300 }),
    count: fc.constantFrom(1, 2, 10, 100, 1000),
    inMemory: fc.boolean(),
    plain: fc.boolean(),
    metric: fc.constantFrom("l2", "cosine"),
  });
  const folder = await temporaryFolder();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, dim, seed, exponent, rank, shardRows, count, inMemory, plain, metric }) => {
      const features = shapedFeatures({ rows, dim, seed, scale: 10 ** exponent, rank });
      const file = inMemory ? undefined : join(folder, `rows-${run++}`);
      const index = await rowIndexOf(searcher, features, { shardRows, file, count, plain, metric });
      const others = shapedFeatures({ rows: 3, dim, seed: seed + 1, scale: 10 ** exponent, rank });
      const queries = [0, 1, 2].map((row) => rowsOf(others, row, row + 1));
      queries.push(others, queryOf(new Float32Array(dim)));
      if (rows > 2) {
        const own = rowsOf(features, rows >> 1, (rows >> 1) + 2);
        // rows of the index may say which they are
        queries.push(own, { ...own, rows: Uint32Array.of(rows >> 1, (rows >> 1) + 1) } as QueryVectors);
      }
      for (const query of queries) {
        expect(await nearest(index, query, count)).toEqual(oracleNearest(features, query, { count, metric }));
      }
      await index.close();
    }),
    { numRuns: 80 },
  );
}, 90_000);

test("images are as near as their closest vectors, and those of other kinds are passed over", async () => {
  const cases = fc.record({
    images: fc.integer({ min: 1, max: 150 }),
    perImage: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(),
    count: fc.constantFrom(1, 3, 20, 500),
    share: fc.constantFrom(0, 0.02, 0.5, 1),
    metric: fc.constantFrom("l2", "cosine"),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ images, perImage, seed, count, share, metric }) => {
      const random = new SeededRandom(seed);
      const features = shapedFeatures({ rows: images * perImage, dim: 30, seed, scale: 1, rank: 8 });
      const owners = Uint32Array.from({ length: features.rowCount }, () => random.integer(0, images));
      const wanted = Array.from({ length: images }, () => random.between(0, 1) < share);
      const kinds = Uint8Array.from(owners, (image) => (wanted[image] ? 3 : 1));
      const index = await rowIndexOf(searcher, features, { owners, kinds, count, metric });
      const queries = shapedFeatures({ rows: perImage, dim: 30, seed: seed + 1, scale: 1, rank: 8 });
      for (const kind of [1, 2]) {
        const isWanted = (row: number) => (kinds[row] & kind) !== 0;
        const expected = oracleNearest(features, queries, { count, metric, owners, isWanted });
        expect(await nearest(index, queries, count, kind)).toEqual(expected);
      }
      await index.close();
    }),
    { numRuns: 40 },
  );
}, 60_000);

test("equal rows are all told, in their order, and so are rows that are as near as the last", async () => {
  const rows = [
    [3, 4],
    [0, 0],
    [0, 0],
    [4, 3],
    [5, 0],
    [0, 0],
  ];
  const index = await rowIndexOf(searcher, matrixOf(rows), { shardRows: 2 });
  const zero = queryOf(new Float32Array(2));
  expect(await nearest(index, zero, 1)).toEqual(["1:0", "2:0", "5:0"]);
  expect(await nearest(index, zero, 4)).toEqual(["1:0", "2:0", "5:0", "0:5", "3:5", "4:5"]);
  await index.close();
});

test("of cosines a vector of zeros is at 1 from all, and a longer one is where the shorter one is", async () => {
  const rows = [
    [1, 2],
    [0, 0],
    [2, 4],
    [-1, -2],
    [1e30, 3e30],
  ];
  const index = await rowIndexOf(searcher, matrixOf(rows), { metric: "cosine" });
  expect(await nearest(index, matrixOf([[4, 8]]), 2)).toEqual(["0:0", "2:0"]);
  expect(await nearest(index, matrixOf([[4, 8]]), 5)).toEqual(
    oracleNearest(matrixOf(rows), matrixOf([[4, 8]]), { count: 5, metric: "cosine" }),
  );
  expect(await nearest(index, matrixOf([[0, 0]]), 1)).toEqual(["0:1", "1:1", "2:1", "3:1", "4:1"]);
  await index.close();
});

test.each(["l2", "cosine"] as const)("far rows and far queries cost no neighbour of %s", async (metric) => {
  const features = randomFeatures({ rows: 300, dim: 24, seed: 9 });
  features.values.fill(1e30, 7 * 24, 8 * 24);
  features.values.fill(3e38, 8 * 24, 9 * 24);
  features.values.fill(1e-40, 9 * 24, 10 * 24);
  const index = await rowIndexOf(searcher, features, { metric });
  for (const scale of [1, 1e-30, 1e20, 1e38]) {
    const query = queryOf(rowsOf(features, 20, 21).values.map((value) => value * scale));
    expect(await nearest(index, query, 5)).toEqual(oracleNearest(features, query, { count: 5, metric }));
  }
  await index.close();
});

test("many queries at once are answered as one by one", async () => {
  const features = shapedFeatures({ rows: 800, dim: 96, seed: 4, scale: 1, rank: 20 });
  const index = await rowIndexOf(searcher, features);
  const queries = Array.from({ length: 20 }, (_, i) => rowsOf(features, 7 * i, 7 * i + 1));
  const answers = await Promise.all(queries.map((query) => nearest(index, query, 10)));
  expect(answers).toEqual(queries.map((query) => oracleNearest(features, query, { count: 10 })));
  await index.close();
});

test("answers are the same while threads are at other work", async () => {
  const features = shapedFeatures({ rows: 3000, dim: 96, seed: 8, scale: 1, rank: 30 });
  const index = await rowIndexOf(searcher, features);
  const query = rowsOf(features, 11, 12);
  const expected = oracleNearest(features, query, { count: 10 });
  let isOver = false;
  const otherWork = (async () => {
    const request = { sample: features, rowCount: 3000, count: 10, plain: false, metric: "l2" } as const;
    while (!isOver) await searcher.fitRows(request);
  })();
  for (let i = 0; i < 30; i++) expect(await nearest(index, query, 10)).toEqual(expected);
  isOver = true;
  await otherWork;
  await index.close();
});

test("a query that is not finite or of another dim is refused", async () => {
  const index = await rowIndexOf(searcher, randomFeatures({ rows: 10, dim: 3, seed: 1 }));
  const ask = (values: number[]) => index.nearest(queryOf(Float32Array.from(values)), { count: 1, kind: 1 });
  await expect(ask([1, Number.NaN, 0])).rejects.toThrow("found NaN as number 1");
  await expect(ask([0, 0, 0, 0])).rejects.toThrow("a query of 4 numbers, expected 3");
  await index.close();
});
