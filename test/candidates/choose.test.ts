import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { choose } from "#candidates/choose.ts";
import { FarthestFirst, nearestToMean } from "#candidates/farthest-first.ts";
import { likeness, Representative } from "#candidates/representative.ts";
import { collect } from "#base/bounded-buffer.ts";
import { imageVectors } from "#data/image-vectors.ts";
import { neighbourLists } from "#search/neighbours.ts";
import { Searcher } from "#search/searcher.ts";
import { type Choosing, oracleChoices, oracleDistances } from "../support/choosing.ts";
import { randomFeatures } from "../support/random-features.ts";

const searcher = new Searcher(2);
afterAll(() => searcher.close());

interface Case {
  rows: number;
  perImage: number;
  dim: number;
  seed: number;
  labeled: number;
  count: number;
}

/** Made features, the distances between them, and who may be chosen. */
function made({ rows, perImage, dim, seed, labeled }: Case) {
  const features = randomFeatures({ rows: rows + labeled, dim, seed, copyDistance: seed % 2 });
  const all = oracleDistances(features, undefined).map((row) => row.slice(0, rows));
  const toLabeled =
    labeled === 0
      ? undefined
      : Float64Array.from({ length: rows }, (_, row) => Math.min(...all.slice(rows).map((one) => one[row])));
  const own = { ...features, rowCount: rows, values: features.values.subarray(0, rows * dim) };
  const views = perImage === 0 ? undefined : randomFeatures({ rows: rows * perImage, dim, seed: seed + 2 });
  const sorted = toLabeled?.slice().sort();
  // a tenth is too near to what is labeled; some do not count at all
  const dissimilar = sorted ? sorted[Math.floor(rows / 10)] : 0;
  const counts = (image: number) => image % 17 !== 5;
  const isOpen = (image: number) => counts(image) && (!toLabeled || toLabeled[image] > dissimilar);
  const between = perImage === 0 ? all.slice(0, rows) : oracleDistances(own, views);
  return { vectors: imageVectors(own, views), choosing: { between, toLabeled, counts, isOpen } satisfies Choosing };
}

async function farthestFirst({ count, ...options }: Case) {
  const { vectors, choosing } = made({ ...options, count });
  const coverage = searcher.coverage(vectors, choosing);
  const images = [...choosing.between.keys()].filter(choosing.isOpen);
  const first = choosing.toLabeled ? -1 : nearestToMean(vectors, images);
  const found = await collect(choose(new FarthestFirst(coverage, first), coverage, { count }));
  const expected = oracleChoices(choosing, count, (image, covered) => (image === first ? 1e99 : Math.min(1e98, covered[image])));
  return { found, expected };
}

/** Neighbours and what is represented are measured by the same distances here. */
async function representative({ count, ...options }: Case, share: number) {
  const { vectors, choosing } = made({ ...options, count });
  const { between, toLabeled, counts } = choosing;
  const sorted = Float64Array.from(between.flatMap((row, a) => [...row.subarray(0, a)])).sort();
  const radius = sorted[Math.floor(share * sorted.length)] ?? 1;
  const pairs = between.flatMap((row, a) =>
    [...row.subarray(0, a).keys()].filter((b) => row[b] <= radius).map((b) => ({ left: b, right: a, distance: row[b] })),
  );
  const list = {
    left: Uint32Array.from(pairs, ({ left }) => left),
    right: Uint32Array.from(pairs, ({ right }) => right),
    distance: Float64Array.from(pairs, ({ distance }) => distance),
    count: pairs.length,
  };
  const own = Uint32Array.from(between.keys());
  const neighbours = { ...neighbourLists([list], own, between.length), radius };
  const coverage = searcher.coverage(vectors, choosing);
  const order = new Representative(neighbours, toLabeled, choosing);
  const found = await collect(choose(order, coverage, { count }));
  const represented = Float64Array.from(own, (image) => (toLabeled ? likeness(toLabeled[image], radius) : 0));
  let known = 0;
  const expected = oracleChoices(choosing, count, (image, _, chosen) => {
    for (; known < chosen.length; known++)
      for (const other of own)
        represented[other] = Math.max(represented[other], likeness(between[chosen[known]][other], radius));
    let sum = 0;
    for (const other of own)
      if (counts(other)) sum += Math.max(0, likeness(between[image][other], radius) - represented[other]);
    return sum;
  });
  return { found, expected };
}

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 60 }),
  perImage: fc.integer({ min: 0, max: 2 }),
  dim: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(),
  labeled: fc.integer({ min: 0, max: 4 }),
  count: fc.integer({ min: 0, max: 80 }),
});

test("the farthest-first order, and every distance of it, is that of brute force", async () => {
  const run = async (one: Case) => {
    const { found, expected } = await farthestFirst(one);
    expect(found).toEqual(expected);
  };
  await fc.assert(fc.asyncProperty(cases, run), { numRuns: 60 });
});

test("the representative order, and every distance of it, is that of brute force", async () => {
  const run = async (one: Case, share: number) => {
    const { found, expected } = await representative(one, share);
    expect(found).toEqual(expected);
  };
  await fc.assert(fc.asyncProperty(cases, fc.double({ min: 0, max: 1, noNaN: true }), run), { numRuns: 60 });
});

test.each([
  ["with labels", { labeled: 100, perImage: 0 }],
  ["without labels", { labeled: 0, perImage: 0 }],
  ["with views", { labeled: 100, perImage: 2 }],
])("both orders of 2,000 images %s are those of brute force", async (_, some) => {
  const one = { rows: 2000, dim: 24, seed: 7, count: 300, ...some };
  for (const { found, expected } of [await farthestFirst(one), await representative(one, 0.03)]) {
    expect(found).toHaveLength(300);
    expect(found).toEqual(expected);
  }
});
