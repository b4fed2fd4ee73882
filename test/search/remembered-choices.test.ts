import fc from "fast-check";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { farthestFirst } from "#candidates/farthest-first.ts";
import type { ChoiceHistory } from "#data/choice-history.ts";
import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";
import { imageVectors } from "#data/image-vectors.ts";
import { NearestChosen } from "#search/nearest-chosen.ts";
import { RememberedChoices } from "#search/remembered-choices.ts";
import { randomFeatures } from "../support/random-features.ts";

function picked({ values, dim }: FeatureMatrix, rows: Uint32Array, perRow: number): FeatureMatrix {
  const matrix = sharedMatrix(rows.length * perRow, dim);
  for (const [i, row] of rows.entries())
    matrix.values.set(values.subarray(row * perRow * dim, (row + 1) * perRow * dim), i * perRow * dim);
  return matrix;
}

test("choosing with the memory of earlier choices gives what choosing afresh gives, whatever came and went between", () => {
  const cases = fc.record({
    rows: fc.integer({ min: 2, max: 60 }),
    perImage: fc.integer({ min: 0, max: 2 }),
    dim: fc.integer({ min: 1, max: 12 }),
    count: fc.integer({ min: 1, max: 70 }),
    share: fc.constantFrom(0.02, 0.1, 0.4),
    hasLabels: fc.boolean(),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(cases, ({ rows, perImage, dim, count, share, hasLabels, seed }) => {
      const random = new SeededRandom(seed);
      const features = randomFeatures({ rows, dim, seed, copies: 0.5 });
      const views = randomFeatures({ rows: rows * perImage, dim, seed: seed + 1 });
      const labels = Float64Array.from({ length: rows }, () => random.between(0, 3));
      let members = new Set(Array.from({ length: rows }, (_, row) => row).filter(() => random.between(0, 1) < 0.8));
      let history: ChoiceHistory | undefined;
      for (let night = 0; night < 5; night++) {
        const present = Uint32Array.from([...members].sort((a, b) => a - b));
        const vectors = imageVectors(
          picked(features, present, 1),
          perImage > 0 && present.length > 0 ? picked(views, present, perImage) : undefined,
        );
        const toLabeled = hasLabels ? Float64Array.from(present, (row) => labels[row]) : undefined;
        const options = { toLabeled, dissimilar: 0.5, count };
        const remembered = new RememberedChoices(vectors, present, history);
        const afresh = new NearestChosen(vectors);
        expect([...farthestFirst(vectors, remembered, options)]).toEqual([...farthestFirst(vectors, afresh, options)]);
        expect([...remembered.distance]).toEqual([...afresh.distance]);
        history = remembered.toHistory();
        members = new Set(
          Array.from({ length: rows }, (_, row) => row).filter((row) => {
            return random.between(0, 1) < share ? random.between(0, 1) < 0.5 : members.has(row);
          }),
        );
      }
    }),
    { numRuns: 300 },
  );
});

test("a choice that is remembered is compared with few images", () => {
  const features = randomFeatures({ rows: 400, dim: 16, seed: 3, copies: 0 });
  const rows = Uint32Array.from({ length: 400 }, (_, row) => row);
  const vectors = imageVectors(features, undefined);
  const options = { toLabeled: undefined, dissimilar: 0, count: 300 };
  const first = new RememberedChoices(vectors, rows, undefined);
  const choices = [...farthestFirst(vectors, first, options)];
  const history = first.toHistory();
  expect(history.rows.length).toBeLessThan(400 * 12);
  const second = new RememberedChoices(vectors, rows, history);
  expect([...farthestFirst(vectors, second, options)]).toEqual(choices);
  expect(second.toHistory()).toEqual(history);
});
