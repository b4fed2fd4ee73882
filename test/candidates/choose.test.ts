import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { collect } from "#base/bounded-buffer.ts";
import { choose } from "#candidates/choose.ts";
import { FarthestFirst, nearestToMean } from "#candidates/farthest-first.ts";
import { InLine, type LineImage } from "#candidates/in-line.ts";
import { folderOf, Quotas } from "#candidates/quotas.ts";
import { likeness, Representative } from "#candidates/representative.ts";
import { imageVectors } from "#data/image-vectors.ts";
import { neighbourLists } from "#search/neighbours.ts";
import { Searcher } from "#search/searcher.ts";
import { type Choosing, oracleChoices, oracleDistances } from "../support/choosing.ts";
import { matrixOf, randomFeatures } from "../support/random-features.ts";

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
  const expected = oracleChoices(choosing, count, (image, covered) =>
    image === first ? 1e99 : Math.min(1e98, covered[image]),
  );
  return { found, expected };
}

/** Neighbours and what is represented are measured by the same distances here. */
async function representative({ count, ...options }: Case, share: number) {
  const { vectors, choosing } = made({ ...options, count });
  const { between, toLabeled, counts } = choosing;
  // every fifth image tells enough of 2,000
  const some = between.filter((_, a) => between.length < 100 || a % 5 === 0);
  const sorted = Float64Array.from(some.flatMap((row, a) => [...row.subarray(0, a)])).sort();
  const radius = sorted[Math.floor(share * sorted.length)] ?? 1;
  const pairs = between.flatMap((row, a) =>
    [...row.subarray(0, a).keys()]
      .filter((b) => row[b] <= radius)
      .map((b) => ({ left: b, right: a, distance: row[b] })),
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
  const alike = between.map((row) => row.map((distance) => likeness(distance, radius)));
  let known = 0;
  const expected = oracleChoices(choosing, count, (image, _, chosen) => {
    for (; known < chosen.length; known++)
      for (const other of own) represented[other] = Math.max(represented[other], alike[chosen[known]][other]);
    let sum = 0;
    for (const other of own) if (counts(other)) sum += Math.max(0, alike[image][other] - represented[other]);
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
  await fc.assert(fc.asyncProperty(cases, run), { numRuns: 40 });
});

test("the representative order, and every distance of it, is that of brute force", async () => {
  const run = async (one: Case, share: number) => {
    const { found, expected } = await representative(one, share);
    expect(found).toEqual(expected);
  };
  await fc.assert(fc.asyncProperty(cases, fc.double({ min: 0, max: 1, noNaN: true }), run), { numRuns: 40 });
});

test.each([
  ["2,000 images with labels", { rows: 2000, labeled: 100, perImage: 0 }],
  ["2,000 images without labels", { rows: 2000, labeled: 0, perImage: 0 }],
  ["1,000 images with views", { rows: 1000, labeled: 100, perImage: 1 }],
])("both orders of %s are those of brute force", async (_, some) => {
  const one = { dim: 12, seed: 7, ...some };
  const spread = await farthestFirst({ ...one, count: 300 });
  expect(spread.found).toHaveLength(300);
  expect(spread.found).toEqual(spread.expected);
  const represent = await representative({ ...one, count: 30 }, 0.03);
  expect(represent.found).toHaveLength(30);
  expect(represent.found).toEqual(represent.expected);
});

test.each(["spread", "represent"] as const)(
  "what was chosen before comes first, and the %s order goes on from there as if it had chosen it itself",
  async (name) => {
    const one = { rows: 300, dim: 6, seed: 3, labeled: 5, perImage: 1 };
    const { vectors, choosing } = made({ ...one, count: 0 });
    const labeledAlike = choosing.toLabeled?.map((distance) => Math.min(distance, 1));
    const { neighbours } = await searcher.likeness(vectors, undefined);
    const lineOf = (rows: readonly number[]): LineImage[] => rows.map((row) => ({ row, nearestChosen: undefined }));
    const choicesAfter = async (line: readonly LineImage[]) => {
      const coverage = searcher.coverage(vectors, choosing);
      const openOrder = async () =>
        name === "spread" ? new FarthestFirst(coverage) : new Representative(neighbours, labeledAlike, choosing);
      return collect(choose(new InLine(line, openOrder), coverage, { count: 60, filledBy: (image) => [image + 1] }));
    };
    const all = await choicesAfter([]);
    expect(all).toHaveLength(60);
    for (const kept of [1, 17, 59, 60]) {
      expect(await choicesAfter(lineOf(all.slice(0, kept).map(({ row }) => row)))).toEqual(all);
      // with what is known of the evidence
      expect(await choicesAfter(all.slice(0, kept))).toEqual(all);
    }
    // some of the line are gone, and with them what was nearest to others
    const fewer = all.filter((_, i) => i % 3 !== 1);
    expect(await choicesAfter(fewer)).toEqual(await choicesAfter(lineOf(fewer.map(({ row }) => row))));
    // any line, with the evidence that it has there
    const line = all.map(({ row }) => row).reverse();
    const found = await choicesAfter(lineOf(line));
    const rows = found.map(({ row }) => row);
    expect(rows.slice(0, 20)).toEqual(line.filter((row, i) => !line.slice(0, i).includes(row - 1)).slice(0, 20));
    const toChosen = (row: number, earlier: readonly number[]) =>
      Math.min(...earlier.map((other) => choosing.between[row][other]));
    for (const [i, { row, nearestChosen }] of found.entries())
      expect(nearestChosen?.distance).toBe(i === 0 ? undefined : toChosen(row, rows.slice(0, i)));
  },
);

/** Points on a line, at whole numbers. */
function onALine(places: readonly number[]) {
  const vectors = imageVectors(matrixOf(places.map((place) => [place])), undefined);
  const everything = { counts: () => true, isOpen: () => true };
  return { vectors, coverage: searcher.coverage(vectors, { toLabeled: undefined, ...everything }) };
}

test("nothing is chosen once the coverage radius is below the wanted one", async () => {
  const { coverage } = onALine([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const choices = await collect(choose(new FarthestFirst(coverage, 0), coverage, { count: 9, stopRadius: 2.5 }));
  expect(choices.map(({ row, coverageRadius }) => [row, coverageRadius])).toEqual([
    [0, 8],
    [8, 4],
    [4, 2],
  ]);
});

test("a folder gets no more candidates than its quota, and its other images do not have to be covered then", async () => {
  const quotas = new Quotas(["far/a", "far/b", "near/c", "near/d", "e"].map(folderOf), { far: 1 }, null);
  const { coverage } = onALine([100, 90, 2, 1, 0]);
  const filledBy = (image: number) => quotas.take(image);
  const choices = await collect(choose(new FarthestFirst(coverage, 4), coverage, { count: 9, filledBy }));
  expect(choices.map(({ row, coverageRadius }) => [row, coverageRadius])).toEqual([
    [4, 100],
    [0, 2],
    [2, 1],
    [3, 0],
  ]);
});

test("no image of a folder with a quota of 0 may be chosen, whatever other folders are allowed", () => {
  const quotas = new Quotas(["a/x", "b/x", "x", "a/y"].map(folderOf), { a: 0, "": 5 }, 1);
  expect([0, 1, 2, 3].map((image) => quotas.allow(image))).toEqual([false, true, true, false]);
  expect(quotas.take(2)).toEqual([]);
  expect(quotas.take(1)).toEqual([1]);
});

test("images that are labeled or chosen already leave nothing to choose", async () => {
  const none = imageVectors(matrixOf([], 3), undefined);
  const everything = { counts: () => true, isOpen: () => true };
  const coverage = searcher.coverage(none, { toLabeled: undefined, ...everything });
  expect(await collect(choose(new FarthestFirst(coverage), coverage, { count: 5 }))).toEqual([]);
  const { neighbours } = await searcher.likeness(none, undefined);
  const order = new Representative(neighbours, undefined, everything);
  expect(await collect(choose(order, coverage, { count: 5 }))).toEqual([]);
});

test("nearestToMean() is the most typical of the images that it may be", () => {
  const rows = [
    [0, 0],
    [10, 0],
    [5, 1],
    [0, 10],
    [9, 9],
  ];
  const vectors = imageVectors(matrixOf(rows), undefined);
  expect([nearestToMean(vectors), nearestToMean(vectors, [0, 3, 4]), nearestToMean(vectors, [])]).toEqual([2, 0, -1]);
});
