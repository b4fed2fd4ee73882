import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import { PairCollector } from "#data/pair-list.ts";
import { Searcher } from "#search/searcher.ts";
import { oracleDistance, oraclePairs, pairTexts } from "../support/brute-force.ts";
import { matrixOf, randomFeatures, shapedFeatures } from "../support/random-features.ts";

const searcher = new Searcher(2);
afterAll(() => searcher.close());

async function searchAll(
  features: FeatureMatrix,
  threshold: number,
  { blockRows = 64, shardRows = 1000, fitFromRows = 0, fewRows = 0, rowsTogether = 0 } = {},
) {
  const shards: FeatureMatrix[] = [];
  for (let first = 0; first < features.rowCount; first += shardRows) {
    shards.push(rowsOf(features, first, Math.min(first + shardRows, features.rowCount)));
  }
  const search = searcher.allPairs({
    threshold,
    blockRows,
    readShard: async (shard) => shards[shard],
    fitFromRows,
    fewRows,
    rowsTogether,
  });
  const found = new PairCollector();
  const account = { compared: 0, skippedByBlock: 0, refined: 0, folded: 0 };
  for await (const part of search.add(shards.map((features) => ({ features })))) {
    const pairs = part.toPairs();
    expect(pairs.count).toBe(part.count);
    found.addAll(pairs);
    account.folded += part.folded;
    account.compared += part.compared;
    account.skippedByBlock += part.skippedByBlock;
    account.refined += part.refined;
  }
  return {
    pairs: pairTexts(found.toList()),
    account,
    width: search.width,
  };
}

test.each([
  [0.9, []],
  [1, ["0-2:1"]],
  [5, ["0-1:5", "0-2:1", "1-2:4.47213595499958"]],
])("the search with threshold %f includes pairs at exactly that distance", async (threshold, expected) => {
  const rows = matrixOf([
    [0, 0],
    [3, 4],
    [1, 0],
  ]);
  expect((await searchAll(rows, threshold)).pairs).toEqual(expected);
});

test("the search finds what float64 brute force finds, whatever the dims, sizes, scales, spectra, blocks and shards", async () => {
  const cases = fc.record({
    rows: fc.integer({ min: 0, max: 600 }),
    dim: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(63, 64, 65, 200)),
    seed: fc.nat(),
    exponent: fc.integer({ min: -6, max: 6 }),
    rank: fc.constantFrom(1, 3, 10, 2000),
    blockRows: fc.constantFrom(1, 7, 64, 100, 1024),
    shardRows: fc.integer({ min: 20, max: 300 }),
    quantile: fc.integer({ min: 0, max: 4 }),
    fitFromRows: fc.constantFrom(0, 0, 100, 10_000),
    fewRows: fc.constantFrom(0, 0, 0, 300),
    rowsTogether: fc.constantFrom(0, 0, 150, 500),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, dim, seed, exponent, rank, quantile, ...options }) => {
      const scale = 10 ** exponent;
      const features = shapedFeatures({ rows, dim, seed, scale, rank });
      const some = oraclePairs(features, 0.2 * scale * (1 + quantile)).map((text) => Number(text.split(":")[1]));
      // a threshold that is exactly one of the distances
      const threshold = some[Math.floor(some.length / 2)] ?? 0.1 * scale;
      const { pairs, account } = await searchAll(features, threshold, options);
      expect(pairs).toEqual(oraclePairs(features, threshold));
      expect(account.skippedByBlock + account.refined).toBeLessThanOrEqual((rows * (rows - 1)) / 2);
    }),
    { numRuns: 120 },
  );
});

test("the search of rows of 1,500 numbers equals brute force", async () => {
  for (const rank of [5, 2000]) {
    const features = shapedFeatures({ rows: 150, dim: 1500, seed: rank, scale: 1, rank });
    const threshold = rank === 5 ? 0.3 : 54;
    expect((await searchAll(features, threshold, { shardRows: 80 })).pairs).toEqual(oraclePairs(features, threshold));
    expect(oraclePairs(features, threshold).length).toBeGreaterThan(10);
  }
});

test("the search tells one unit in the last place of the threshold apart", async () => {
  const features = randomFeatures({ rows: 120, dim: 96, seed: 5 });
  const distance = oracleDistance(features, 3, features, 77);
  for (const threshold of [distance, distance * (1 - Number.EPSILON), distance * (1 + Number.EPSILON)]) {
    expect((await searchAll(features, threshold)).pairs).toEqual(oraclePairs(features, threshold));
  }
  const counts = [distance, distance * (1 - Number.EPSILON)].map(
    (threshold) => oraclePairs(features, threshold).length,
  );
  expect(counts[0]).toBe(counts[1] + 1);
});

test("the search loses nothing to rows that are equal, zero, huge beside tiny, or almost too large for float32", async () => {
  const row = Array.from({ length: 50 }, (_, f) => Math.sin(f));
  const scaled = (factor: number) => row.map((value) => Math.fround(value * factor));
  const awkward = [
    row,
    row,
    row.map(() => 0),
    row.map(() => -0),
    scaled(1e-20),
    scaled(2e-20),
    scaled(1e-42),
    scaled(1e20),
  ];
  for (const rows of [awkward, [...awkward, scaled(3e38), scaled(3e38)]]) {
    const features = matrixOf(rows);
    for (const threshold of [0, 1e-40, 1e-19, 1, 10, 1e21, 1e39]) {
      for (const shardRows of [3, 100]) {
        const { pairs } = await searchAll(features, threshold, { blockRows: 3, shardRows, fewRows: shardRows });
        expect(pairs).toEqual(oraclePairs(features, threshold));
      }
    }
  }
});

test("one far outlier among ordinary rows costs no pair", async () => {
  const features = randomFeatures({ rows: 400, dim: 64, seed: 8 });
  features.values.fill(1e6, 7 * 64, 8 * 64);
  expect((await searchAll(features, 0.5)).pairs).toEqual(oraclePairs(features, 0.5));
});

test("a shard whose rows are a million times longer than those before is still searched exactly", async () => {
  const features = randomFeatures({ rows: 200, dim: 20, seed: 3 });
  for (let i = 100 * 20; i < 200 * 20; i++) features.values[i] *= 1e9;
  for (const threshold of [0.3, 3e8]) {
    expect((await searchAll(features, threshold, { shardRows: 100 })).pairs).toEqual(oraclePairs(features, threshold));
  }
});

test("all rows equal: every pair is found, by folding and not by comparing", async () => {
  const features = matrixOf(Array.from({ length: 300 }, () => [0.5, 0.25, 1]));
  const { pairs, account } = await searchAll(features, 0.1, { shardRows: 90 });
  expect(pairs).toEqual(oraclePairs(features, 0.1));
  // one row of each of the four shards is left to be compared
  expect(account.compared).toBe(6);
  expect(account.folded).toBe((300 * 299) / 2 - 6);
});

test("shards whose pairs are known, and rows that take no part, are only not compared where they need not be", async () => {
  const features = randomFeatures({ rows: 240, dim: 12, seed: 5, copies: 0.5 });
  const alive = (row: number) => row % 5 !== 0 || row >= 160;
  const shards = [0, 80, 160].map((first) => ({
    features: rowsOf(features, first, first + 80),
    rows: Uint32Array.from({ length: 80 }, (_, i) => i).filter((i) => alive(first + i)),
    isKnown: first < 160,
  }));
  const readShard = async (shard: number) => shards[shard].features;
  const expected = oraclePairs(features, 0.3).filter((text) => {
    const [left, right] = text.split(":")[0].split("-").map(Number);
    return right >= 160 && alive(left);
  });
  expect(expected.length).toBeGreaterThan(10);
  for (const { fewRows, rowsTogether } of [
    { fewRows: 0, rowsTogether: 0 },
    { fewRows: 100, rowsTogether: 0 },
    { fewRows: 0, rowsTogether: 200 },
  ]) {
    const search = searcher.allPairs({ threshold: 0.3, blockRows: 16, readShard, fewRows, rowsTogether });
    const found = new PairCollector();
    for await (const part of search.add(shards)) {
      expect(part.shards).toEqual([2]);
      found.addAll(part.toPairs());
    }
    expect(pairTexts(found.toList())).toEqual(expected);
    expect(search.width === undefined).toBe(fewRows > 0);
  }
});

test("copies of rows come back with every pair of theirs, across shards", async () => {
  const distinct = randomFeatures({ rows: 60, dim: 8, seed: 11 });
  const features = matrixOf(
    Array.from({ length: 200 }, (_, i) => [...distinct.values.subarray((i % 60) * 8, (i % 60) * 8 + 8)]),
  );
  for (const rowsTogether of [0, 100])
    expect((await searchAll(features, 0.4, { shardRows: 70, rowsTogether })).pairs).toEqual(oraclePairs(features, 0.4));
});

test("sketches are narrow where few directions tell rows apart, and rows are compared as they are where none does", async () => {
  const low = await searchAll(shapedFeatures({ rows: 1500, dim: 256, seed: 1, scale: 1, rank: 12 }), 0.2, {
    shardRows: 1500,
  });
  expect(low.width).toBeLessThan(64);
  expect(low.account.refined).toBeLessThan(0.01 * low.account.compared);
  const flat = randomFeatures({ rows: 1500, dim: 600, seed: 1, copies: 0 });
  const { width, pairs } = await searchAll(flat, 33, { shardRows: 1500 });
  expect(width).toBe(600);
  expect(pairs).toEqual(oraclePairs(flat, 33));
});
