import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import { PairCollector } from "#data/pair-list.ts";
import { openSession, type Session, tensorOf } from "#onnx/session.ts";
import { isExactInFloat } from "#search/device-shard.ts";
import { DeviceTiles } from "#search/device-tiles.ts";
import { hitGraph, isExact } from "#search/hit-graph.ts";
import { Searcher } from "#search/searcher.ts";
import type { TileFinder } from "#search/tile-finder.ts";
import { GROUP_SIZES, type GroupSize } from "#search/tile-kernel.ts";
import { oraclePairs, pairTexts } from "../support/brute-force.ts";
import { TilesHere } from "../support/device-tiles.ts";
import { matrixOf, randomFeatures, shapedFeatures } from "../support/random-features.ts";

const searcher = new Searcher(2);
afterAll(() => searcher.close());

/** The graph for devices, computed by the CPU. */
const opened = new Map<GroupSize, Promise<Session>>();
function session(groupSize: GroupSize): Promise<Session> {
  const known = opened.get(groupSize) ?? openSession(hitGraph(groupSize), { device: "cpu", threads: 1 });
  opened.set(groupSize, known);
  return known;
}

interface Options {
  readonly blockRows?: number;
  readonly shardRows?: number;
  readonly fitFromRows?: number;
}

async function searchAll(
  features: FeatureMatrix,
  threshold: number,
  tiles: TileFinder | undefined,
  { blockRows = 64, shardRows = 1000, fitFromRows = 0 }: Options = {},
) {
  const shards: FeatureMatrix[] = [];
  for (let first = 0; first < features.rowCount; first += shardRows)
    shards.push(rowsOf(features, first, Math.min(first + shardRows, features.rowCount)));
  const readShard = async (shard: number) => shards[shard];
  const search = searcher.allPairs({
    ...{ threshold, blockRows, readShard, fitFromRows },
    fewRows: 0,
    tiles: () => tiles,
  });
  const found = new PairCollector();
  let skippedByBlock = 0;
  for await (const part of search.add(shards.map((features) => ({ features })))) {
    found.addAll(part.toPairs());
    skippedByBlock += part.skippedByBlock;
  }
  return { pairs: pairTexts(found.toList()), skippedByBlock };
}

test.each(GROUP_SIZES)(
  "the graph for devices gives exact bits for groups of %i, up to sums of almost 2^24",
  async (size) => {
    expect(await isExact(await session(size), size)).toBe(true);
  },
);

test("a device that is off by one is noticed", async () => {
  const right = await session(4);
  const wrong: Pick<Session, "run"> = {
    run: async (feeds: Parameters<Session["run"]>[0]) => {
      const { data, dims } = feeds.least as unknown as { data: Float32Array; dims: readonly number[] };
      const less = data.map((value) => value - 1);
      return right.run({ ...feeds, least: tensorOf("float32", less, dims) });
    },
  };
  expect(await isExact(wrong, 4)).toBe(false);
});

test("a search with a device's tiles finds what float64 brute force finds, whatever the dims, sizes, scales, blocks, shards and tiles", async () => {
  let found = 0;
  const cases = fc.record({
    rows: fc.integer({ min: 0, max: 500 }),
    dim: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(63, 65, 200)),
    seed: fc.nat(),
    exponent: fc.integer({ min: -6, max: 6 }),
    rank: fc.constantFrom(1, 3, 10, 2000),
    blockRows: fc.constantFrom(1, 7, 64, 100, 1024),
    shardRows: fc.integer({ min: 20, max: 300 }),
    quantile: fc.integer({ min: 0, max: 4 }),
    fitFromRows: fc.constantFrom(0, 0, 100, 10_000),
    mostProducts: fc.constantFrom(1, 20_000, 2 ** 25),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, dim, seed, exponent, rank, quantile, mostProducts, ...options }) => {
      const scale = 10 ** exponent;
      const features = shapedFeatures({ rows, dim, seed, scale, rank });
      const some = oraclePairs(features, 0.2 * scale * (1 + quantile)).map((text) => Number(text.split(":")[1]));
      const threshold = some[Math.floor(some.length / 2)] ?? 0.1 * scale;
      const tiles = new TilesHere(async (size) => new DeviceTiles(await session(size), size, mostProducts));
      const withDevice = await searchAll(features, threshold, tiles, options);
      expect(withDevice.pairs).toEqual(oraclePairs(features, threshold));
      expect(withDevice).toEqual(await searchAll(features, threshold, undefined, options));
      found += tiles.found;
    }),
    { numRuns: 60 },
  );
  expect(found).toBeGreaterThan(100);
});

test("a device without room for a tile is given halves of it, and the pairs stay the same", async () => {
  const features = shapedFeatures({ rows: 900, dim: 40, seed: 2, scale: 1, rank: 10 });
  let refused = 0;
  const tiles = new TilesHere(async (size) => {
    const inner = await session(size);
    const small: Pick<Session, "run"> = {
      run: async (feeds: Parameters<Session["run"]>[0]) => {
        const { left, right } = feeds as Record<string, { dims: readonly number[] }>;
        if (left.dims[0] * right.dims[0] * right.dims[2] <= 256 * 256) return inner.run(feeds);
        refused++;
        throw new Error("Failed to allocate memory");
      },
    };
    return new DeviceTiles(small, size);
  });
  const { pairs } = await searchAll(features, 0.3, tiles);
  expect(pairs).toEqual(oraclePairs(features, 0.3));
  expect(refused).toBeGreaterThan(3);
});

test("products that float32 might round are left to the search's own threads", async () => {
  const random = new SeededRandom(1);
  const squares = (longest: number) => ({
    byteSquares: Float64Array.from({ length: 9 }, () => random.between(0, longest)),
  });
  const quantiser = { step: 1, restCentre: 0, numbers: 1100, digits: 20, radius: 1, usualSlack: 0 };
  expect(isExactInFloat(squares(2 ** 23), squares(2 ** 23), quantiser)).toBe(true);
  expect(isExactInFloat(squares(2 ** 23), { byteSquares: Float64Array.of(2 ** 26) }, quantiser)).toBe(false);
  // rows of which every number is about as large as a byte may be
  const features = matrixOf(Array.from({ length: 60 }, () => Array.from({ length: 1501 }, () => random.pick([-1, 1]))));
  const tiles = new TilesHere(() => Promise.reject(new Error("Nobody is asked")));
  expect((await searchAll(features, 54, tiles)).pairs).toEqual(oraclePairs(features, 54));
});

test("a search goes on by itself where a device stops to answer", async () => {
  const features = randomFeatures({ rows: 600, dim: 24, seed: 4 });
  const tiles = new TilesHere(async (size) => new DeviceTiles(await session(size), size));
  let asked = 0;
  const dying: TileFinder = { find: async (request) => (asked++ < 3 ? tiles.find(request) : undefined) };
  expect((await searchAll(features, 0.4, dying, { shardRows: 100 })).pairs).toEqual(oraclePairs(features, 0.4));
  expect(tiles.found).toBe(3);
});
