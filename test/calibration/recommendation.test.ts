import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import {
  certaintyOf,
  expectationAt,
  type Question,
  recommendedRate,
  sampleThatProves,
} from "#calibration/recommendation.ts";
import { nearCouples, type SampleDistances } from "#calibration/sample-distances.ts";
import { sampleRates } from "#calibration/sample-rates.ts";

const KINDS = ["crop", "gray", "mask"];
const LAST = 90;

/** Distances as of `originals` pictures with three copies each; the farther, the more pairs of different ones. */
function madeDistances(originals: number, seed: number): SampleDistances {
  const random = new SeededRandom(seed);
  const own = Array.from({ length: 3 * originals }, (_, i) => {
    return { original: Math.floor(i / 3), kind: KINDS[i % 3], cell: Math.floor(70 * random.between(0, 1) ** 2) };
  });
  const near = [];
  for (let second = 0; second < originals; second++) {
    for (let first = 0; first < second; first++) {
      // the originals themselves, and the three copies of each
      for (let pair = 0; pair < 7; pair++) {
        const cell = Math.floor(140 - 110 * random.between(0, 1) ** 6);
        if (cell <= LAST) near.push({ first, second, cell });
      }
    }
  }
  return { originals, own, near, lastCell: LAST };
}

/** The definitions as the documentation has them, pair by pair. */
function bruteForce(distances: SampleDistances, left: ReadonlySet<number>, cell: number, { of, copies }: Question) {
  const own = distances.own.filter(({ original }) => !left.has(original));
  const found = own.filter((copy) => copy.cell <= cell);
  const near = distances.near.filter((pair) => pair.cell <= cell && !left.has(pair.first) && !left.has(pair.second));
  const originals = distances.originals - left.size;
  const falseRate = Math.max(3, near.length) / ((originals * (originals - 1)) / 2 + own.length * (originals - 1));
  const truePairs = (found.length / own.length) * of * copies;
  const falsePairs = (falseRate * of * (of - 1)) / 2;
  return { recall: found.length / own.length, falseRate, precision: truePairs / (truePairs + falsePairs) };
}

test("rates, precision and the recommended threshold are those of brute force, without the originals that left", () => {
  for (const seed of [1, 2, 3]) {
    const distances = madeDistances(40, seed);
    const left = new Set([3, 17]);
    const sample = sampleRates(distances, left, LAST);
    for (const question of [
      { of: 300, copies: 0.2, precision: 0.9 },
      { of: 40, copies: 0.5, precision: 0.99 },
      { of: 5000, copies: 0.1, precision: 0.5 },
    ]) {
      let recommended: number | undefined;
      for (const rate of sample.rates) {
        const { recall, falseRate, precision } = expectationAt(rate, sample, question);
        const expected = bruteForce(distances, left, rate.cell, question);
        expect(recall).toBeCloseTo(expected.recall, 12);
        expect(falseRate).toBeCloseTo(expected.falseRate, 12);
        if (expected.recall > 0) expect(precision).toBeCloseTo(expected.precision, 12);
        if (expected.precision >= question.precision) recommended = rate.cell;
      }
      expect(recommendedRate(sample, question)?.cell).toBe(recommended);
    }
  }
});

test("shares of each kind of edit add up to all copies", () => {
  const sample = sampleRates(madeDistances(30, 4), new Set(), LAST);
  expect([...sample.copiesByKind]).toEqual(KINDS.map((kind) => [kind, 30]));
  for (const { found, foundByKind } of sample.rates) {
    expect([...foundByKind.values()].reduce((sum, count) => sum + count, 0)).toBe(found);
  }
});

test("couples come nearest first, each once", () => {
  const near = [
    { first: 0, second: 2, cell: 30 },
    { first: 1, second: 2, cell: 20 },
    { first: 0, second: 2, cell: 10 },
    { first: 0, second: 1, cell: 20 },
  ];
  expect(nearCouples({ originals: 3, own: [], near, lastCell: 40 })).toEqual([
    { first: 0, second: 2, cell: 10 },
    { first: 0, second: 1, cell: 20 },
    { first: 1, second: 2, cell: 20 },
  ]);
});

const perfect = (originals: number): SampleDistances => ({
  originals,
  own: Array.from({ length: 3 * originals }, (_, i) => ({ original: Math.floor(i / 3), kind: KINDS[i % 3], cell: 10 })),
  near: [],
  lastCell: 20,
});

test("without a false pair three are assumed, so that a small sample proves nothing for many images", () => {
  const sample = sampleRates(perfect(20), new Set(), 20);
  const small = { of: 20, copies: 0.2, precision: 0.9 };
  expect(expectationAt(sample.rates[20], sample, small)).toMatchObject({
    isBound: true,
    falseRate: 3 / (190 + 60 * 19),
  });
  expect(recommendedRate(sample, small)?.cell).toBe(20);
  const large = { of: 10_000, copies: 0.2, precision: 0.99 };
  expect(recommendedRate(sample, large)).toBeUndefined();
  const needed = sampleThatProves(sample, large) as number;
  expect(needed % 50).toBe(0);
  expect(recommendedRate(sampleRates(perfect(needed), new Set(), 20), large)).toBeDefined();
  expect(recommendedRate(sampleRates(perfect(needed - 100), new Set(), 20), large)).toBeUndefined();
});

test("no larger sample is advised where the model does not tell copies from others", () => {
  const distances = { ...perfect(40), near: [{ first: 0, second: 1, cell: 0 }] };
  const sample = sampleRates(distances, new Set(), 20);
  expect(sampleThatProves(sample, { of: 1000, copies: 0.2, precision: 0.99 })).toBeUndefined();
});

test("the precision lies within its interval, which is wide while few couples were seen", () => {
  const question = { of: 300, copies: 0.2, precision: 0.9 };
  const sample = sampleRates(madeDistances(40, 9), new Set(), LAST);
  const widths = sample.rates
    .filter(({ falsePairs }) => falsePairs >= 3)
    .map((rate) => {
      const { precision } = expectationAt(rate, sample, question);
      const certainty = certaintyOf(rate, sample, question);
      expect(certainty.precision.low).toBeLessThanOrEqual(precision);
      expect(certainty.precision.high).toBeGreaterThanOrEqual(precision);
      expect(certainty.sample === undefined).toBe(rate.falseCouples >= 10);
      return certainty.precision.high - certainty.precision.low;
    });
  expect(widths.at(-1)).toBeLessThan(widths[0]);
});
