import { afterAll, expect, test } from "vitest";
import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import { PairCollector } from "#data/pair-list.ts";
import type { BlockComparer } from "#search/block-comparison.ts";
import { Searcher } from "#search/searcher.ts";
import { oraclePairs, pairTexts } from "../support/brute-force.ts";
import { randomFeatures } from "../support/random-features.ts";

const searcher = new Searcher(2);
afterAll(() => searcher.close());

const THRESHOLD = 0.3;
const features = randomFeatures({ rows: 400, dim: 16, seed: 21, copies: 0.3 });
const shards: FeatureMatrix[] = [0, 100, 200, 300].map((first) => rowsOf(features, first, first + 100));
const common = { threshold: THRESHOLD, blockRows: 16, readShard: async (shard: number) => shards[shard] };

async function searchWith(comparer: BlockComparer) {
  const search = searcher.allPairs({ ...common, fewRows: 0, rowsTogether: 150, comparer });
  const found = new PairCollector();
  const missing: boolean[] = [];
  for await (const part of search.add(shards.map((each) => ({ features: each })))) {
    found.addAll(part.toPairs());
    missing.push(part.isMissing);
  }
  return { pairs: pairTexts(found.toList()), missing };
}

test("blocks that are compared where no more than one sketch has room give all pairs", async () => {
  const comparer = searcher.comparer({ ...common, sketchBytes: 1 });
  expect((await searchWith(comparer)).pairs).toEqual(oraclePairs(features, THRESHOLD));
});

test("a comparison with more pairs than anybody could hold ends before it has found all", async () => {
  const rows = Uint32Array.from({ length: 100 }, (_, row) => row);
  const all = shards.map((_, number) => ({ number, firstRow: 100 * number, rows }));
  const comparison = { left: all, right: all, sketch: undefined };
  const wide = { ...common, threshold: 100 };
  const whole = await searcher.comparer(wide).compare(comparison);
  expect(whole.pairs.count).toBe((400 * 399) / 2);
  const { pairs } = await searcher.comparer({ ...wide, maxPairs: 5000 }).compare(comparison);
  expect(pairs.count).toBeGreaterThan(5000);
  expect(pairs.count).toBeLessThan(whole.pairs.count);
});

test("a comparison that nobody could do is told of, and the others bring their pairs", async () => {
  const here = searcher.comparer(common);
  let asked = 0;
  const failing: BlockComparer = {
    atOnce: 1,
    prepare: (shard, sketch) => here.prepare(shard, sketch),
    compare: async (comparison) => (asked++ === 1 ? undefined : here.compare(comparison)),
  };
  const { pairs, missing } = await searchWith(failing);
  expect(missing.filter((isMissing) => isMissing)).toHaveLength(1);
  const all = oraclePairs(features, THRESHOLD);
  expect(pairs.length).toBeLessThan(all.length);
  expect(all).toEqual(expect.arrayContaining(pairs));
});
