import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import { Searcher } from "#search/searcher.ts";
import { oracleDistance } from "../support/brute-force.ts";
import { matrixOf, randomFeatures, shapedFeatures } from "../support/random-features.ts";

const searcher = new Searcher(2);
afterAll(() => searcher.close());

function indexOf(features: FeatureMatrix, { shardRows = 100, inMemory = true, count = 10, fitFromRows = 0 } = {}) {
  const shards: FeatureMatrix[] = [];
  for (let first = 0; first < features.rowCount; first += shardRows) {
    shards.push(rowsOf(features, first, Math.min(first + shardRows, features.rowCount)));
  }
  const readRows = async (rows: Uint32Array) => {
    const matrix = sharedMatrix(rows.length, features.dim);
    for (const [i, row] of rows.entries()) matrix.values.set(rowsOf(features, row, row + 1).values, i * features.dim);
    return matrix;
  };
  const maxFeatureBytes = inMemory ? 2 ** 30 : 0;
  const { rowCount, dim } = features;
  return searcher.rowIndex({ rowCount, dim, shards, readRows, maxFeatureBytes, count, fitFromRows });
}

/** `row:distance` of the nearest, and of what is as near as the last of them. */
function oracleNearest(features: FeatureMatrix, query: Float32Array, count: number): string[] {
  const own = { values: query, rowCount: 1, dim: features.dim };
  const all = Array.from({ length: features.rowCount }, (_, row) => ({
    row,
    distance: oracleDistance(own, 0, features, row),
  }));
  all.sort((a, b) => a.distance - b.distance || a.row - b.row);
  const limit = all[Math.min(count, all.length) - 1]?.distance ?? -1;
  return all.filter(({ distance }) => distance <= limit).map(({ row, distance }) => `${row}:${distance}`);
}

async function nearest(index: Awaited<ReturnType<typeof indexOf>>, query: Float32Array, count: number) {
  const { rows, distances } = await index.nearest(query, count);
  return [...rows].map((row, i) => `${row}:${distances[i]}`);
}

test("the nearest rows are those of float64 brute force, whatever the dims, sizes, scales and spectra", async () => {
  const cases = fc.record({
    rows: fc.integer({ min: 0, max: 500 }),
    dim: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(63, 64, 65, 200)),
    seed: fc.nat(),
    exponent: fc.integer({ min: -6, max: 6 }),
    rank: fc.constantFrom(1, 3, 10, 2000),
    shardRows: fc.integer({ min: 20, max: 300 }),
    count: fc.constantFrom(1, 2, 10, 100, 1000),
    inMemory: fc.boolean(),
    fitFromRows: fc.constantFrom(0, 10_000),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, dim, seed, exponent, rank, shardRows, count, inMemory, fitFromRows }) => {
      const features = shapedFeatures({ rows, dim, seed, scale: 10 ** exponent, rank });
      const index = await indexOf(features, { shardRows, inMemory, count, fitFromRows });
      const others = shapedFeatures({ rows: 3, dim, seed: seed + 1, scale: 10 ** exponent, rank });
      const queries = [...[0, 1, 2].map((row) => rowsOf(others, row, row + 1).values), new Float32Array(dim)];
      if (rows > 0) queries.push(rowsOf(features, rows >> 1, (rows >> 1) + 1).values);
      for (const query of queries) {
        expect(await nearest(index, query, count)).toEqual(oracleNearest(features, query, count));
      }
      await index.close();
    }),
    { numRuns: 80 },
  );
}, 60_000);

test("equal rows are all told, in the order of their rows, and so are rows that are as near as the last", async () => {
  const index = await indexOf(
    matrixOf([
      [3, 4],
      [0, 0],
      [0, 0],
      [4, 3],
      [5, 0],
      [0, 0],
    ]),
    { shardRows: 2 },
  );
  expect(await nearest(index, new Float32Array(2), 1)).toEqual(["1:0", "2:0", "5:0"]);
  expect(await nearest(index, new Float32Array(2), 4)).toEqual(["1:0", "2:0", "5:0", "0:5", "3:5", "4:5"]);
  await index.close();
});

test("far rows and far queries cost no neighbour", async () => {
  const features = randomFeatures({ rows: 300, dim: 24, seed: 9 });
  features.values.fill(1e30, 7 * 24, 8 * 24);
  features.values.fill(3e38, 8 * 24, 9 * 24);
  const index = await indexOf(features);
  for (const scale of [1, 1e-30, 1e20, 1e38]) {
    const query = rowsOf(features, 20, 21).values.map((value) => value * scale);
    expect(await nearest(index, query, 5)).toEqual(oracleNearest(features, query, 5));
  }
  await index.close();
});

test("many queries at once are answered as one by one", async () => {
  const features = shapedFeatures({ rows: 800, dim: 96, seed: 4, scale: 1, rank: 20 });
  const index = await indexOf(features);
  const queries = Array.from({ length: 20 }, (_, i) => rowsOf(features, 7 * i, 7 * i + 1).values);
  const answers = await Promise.all(queries.map((query) => nearest(index, query, 10)));
  expect(answers).toEqual(queries.map((query) => oracleNearest(features, query, 10)));
  await index.close();
});

test("a query that is not finite or of another dim is refused", async () => {
  const index = await indexOf(randomFeatures({ rows: 10, dim: 3, seed: 1 }));
  await expect(index.nearest(Float32Array.of(1, Number.NaN, 0), 1)).rejects.toThrow("found NaN as number 1");
  await expect(index.nearest(new Float32Array(4), 1)).rejects.toThrow("a query of 4 numbers, expected 3");
  await index.close();
});
