import { expect, test } from "vitest";
import { Progress } from "#base/progress.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import type { CopyMaker } from "#calibration/copy-maker.ts";
import type { DrawnSample, SampleOptions } from "#calibration/draw-sample.ts";
import { measureSample } from "#calibration/measure-sample.ts";
import { sampleRates } from "#calibration/sample-rates.ts";
import { ThresholdGrid } from "#calibration/threshold-grid.ts";

const [DIM, ORIGINALS, COPIES] = [12, 70, 3];

/** A vector for each number: originals lie anywhere, their copies near them. */
function vectorOf(number: number): Float32Array {
  const original = number % ORIGINALS;
  const [own, noise] = [new SeededRandom(original + 1), new SeededRandom(1000 + number)];
  const reach = number < ORIGINALS ? 0 : noise.between(0, 0.25);
  return Float32Array.from({ length: DIM }, () => 0.3 * own.between(-1, 1) + reach * noise.between(-1, 1));
}

/** A picture is its number, and so is what a view of it shows. */
const picture = (number: number) => Uint8Array.of(number & 255, number >> 8);

const embedder = {
  batch: 8,
  sessions: 2,
  dim: DIM,
  embed: async (pictures: readonly Uint8Array[]) =>
    Float32Array.from(pictures.flatMap(([low, high]) => [...vectorOf(low + 256 * high)])),
};

/** Copy `c` of an original has the number original + ORIGINALS (c + 1); the last has a view as well. */
const maker = {
  copiesOf: async ({ path }: { path: string }) =>
    Array.from({ length: COPIES }, (_, copy) => {
      const number = Number(path) + ORIGINALS * (copy + 1);
      const view = copy === COPIES - 1 ? picture(number + ORIGINALS) : undefined;
      return { kind: `kind-${copy}`, pixels: picture(number), views: [view] };
    }),
};

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, f) => sum + (value - b[f]) ** 2, 0));
}

test("copies found and false pairs are those of float64 brute force over all pairs, at every threshold", async () => {
  const images = Array.from({ length: ORIGINALS }, (_, i) => {
    return { id: `${i}.png`, path: String(i), reference: false, folderLabel: "" };
  });
  // the view of an original is like the picture
  const values = Float32Array.from(images.flatMap((_, i) => [...vectorOf(i), ...vectorOf(i)]));
  const drawn: DrawnSample = { images, vectors: { values, slots: 2, dim: DIM }, tried: 0, unreadable: 0, sameBytes: 0 };
  const options = { seed: 1, concurrency: 3, progress: new Progress(), embedder, decode: { views: ["trimmed"] } };
  const grid = new ThresholdGrid(2);
  const distances = await measureSample(
    drawn,
    maker as unknown as CopyMaker,
    grid,
    options as unknown as SampleOptions,
  );
  const originals = images.map((_, i) => [vectorOf(i)]);
  const copies = images.flatMap((_, i) =>
    Array.from({ length: COPIES }, (_, copy) => {
      const number = i + ORIGINALS * (copy + 1);
      return {
        of: i,
        seen: copy === COPIES - 1 ? [vectorOf(number), vectorOf(number + ORIGINALS)] : [vectorOf(number)],
      };
    }),
  );
  const toOriginal = (seen: readonly Float32Array[], other: number) =>
    Math.min(...seen.map((vector) => distance(vector, originals[other][0])));
  const own = copies.map(({ of, seen }) => toOriginal(seen, of));
  const wrong = [
    ...originals.flatMap((seen, i) => originals.slice(0, i).map((_, other) => toOriginal(seen, other))),
    ...copies.flatMap(({ of, seen }) =>
      originals.flatMap((_, other) => (other === of ? [] : [toOriginal(seen, other)])),
    ),
  ];
  const { rates, pairs, copies: counted } = sampleRates(distances, new Set(), distances.lastCell);
  expect({ pairs, counted }).toEqual({ pairs: wrong.length, counted: own.length });
  expect(rates.length).toBeGreaterThan(20);
  for (const { cell, found, falsePairs } of rates) {
    expect(found).toBe(own.filter((each) => each <= grid.at(cell)).length);
    expect(falsePairs).toBe(wrong.filter((each) => each <= grid.at(cell)).length);
  }
  expect(rates.at(-1)?.falsePairs).toBeGreaterThan(500);
});
