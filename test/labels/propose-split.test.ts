import fc from "fast-check";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import type { Label } from "#data/label.ts";
import { proposeSplit } from "#labels/propose-split.ts";

interface Unit {
  readonly label: string;
  readonly splits: readonly string[];
}

/** The images of units, dealt out among each other. */
function imagesOf(units: readonly Unit[]): { labels: Label[]; unitOf: Uint32Array } {
  const longest = Math.max(0, ...units.map(({ splits }) => splits.length));
  const images = Array.from({ length: longest }, (_, place) =>
    units.flatMap(({ label, splits }, unit) => (place < splits.length ? [{ label, split: splits[place], unit }] : [])),
  ).flat();
  return {
    labels: images.map(({ label, split }) => ({ label, split })),
    unitOf: Uint32Array.from(images, ({ unit }) => unit),
  };
}

const unitsOf = (splits: readonly string[], labels: readonly string[]) =>
  fc.array(
    fc.record({
      label: fc.constantFrom(...labels),
      splits: fc.array(fc.constantFrom(...splits), { minLength: 1, maxLength: 7 }),
    }),
    { maxLength: 12 },
  );

/** Images of each label in each split. */
function countsOf(labels: readonly (Label | undefined)[], splits: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [row, split] of splits.entries()) {
    const cell = JSON.stringify([labels[row]?.label, split]);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}

/** How many images more than before each label has in each split, by brute force. */
function changesOf(labels: readonly Label[], proposed: readonly string[]): number[] {
  const before = countsOf(
    labels,
    labels.map(({ split }) => split),
  );
  const after = countsOf(labels, proposed);
  return [...new Set([...before.keys(), ...after.keys()])].map(
    (cell) => (after.get(cell) ?? 0) - (before.get(cell) ?? 0),
  );
}

const squares = (changes: readonly number[]) => changes.reduce((sum, change) => sum + change ** 2, 0);

/** Each unit where most of its images lie: of equally many, the first split. */
function whereMostLie(labels: readonly Label[], unitOf: Uint32Array): string[] {
  return labels.map((_, row) => {
    const splits = labels.filter((_, other) => unitOf[other] === unitOf[row]).map(({ split }) => split);
    const count = (split: string) => splits.filter((other) => other === split).length;
    return splits.toSorted().reduce((most, split) => (count(split) > count(most) ? split : most), splits.toSorted()[0]);
  });
}

test("every unit lies in one of its own splits, those in one stay, and the proposal is kept when it is proposed again", () => {
  fc.assert(
    fc.property(unitsOf(["train", "val", "test", "", "=x"], ["cat", "dog", ""]), (units) => {
      const { labels, unitOf } = imagesOf(units);
      const proposed = proposeSplit(labels, unitOf);
      for (const [unit, { splits }] of units.entries()) {
        const own = new Set(splits.filter((split) => split !== ""));
        const found = new Set(proposed.filter((split, row) => unitOf[row] === unit && split !== ""));
        expect(found.size).toBe(Math.min(1, own.size));
        for (const split of found) expect(own).toContain(split);
      }
      for (const [row, { split }] of labels.entries()) if (split === "") expect(proposed[row]).toBe("");
      const again = labels.map(({ label }, row) => ({ label, split: proposed[row] }));
      expect(proposeSplit(again, unitOf)).toEqual(proposed);
    }),
  );
});

test("labels keep their images in each split as well as if every unit lay where most of it does, or better", () => {
  fc.assert(
    fc.property(unitsOf(["train", "val", "test"], ["cat", "dog", "cow"]), (units) => {
      const { labels, unitOf } = imagesOf(units);
      const changes = changesOf(labels, proposeSplit(labels, unitOf));
      expect(squares(changes)).toBeLessThanOrEqual(squares(changesOf(labels, whereMostLie(labels, unitOf))));
    }),
    { numRuns: 300 },
  );
});

test("with two splits, no label gains or loses more images than half the largest unit has", () => {
  fc.assert(
    fc.property(unitsOf(["train", "val"], ["cat", "dog", "cow"]), (units) => {
      const { labels, unitOf } = imagesOf(units);
      const largest = Math.max(0, ...units.map(({ splits }) => splits.length));
      for (const change of changesOf(labels, proposeSplit(labels, unitOf)))
        expect(Math.abs(change)).toBeLessThanOrEqual(largest / 2);
    }),
    { numRuns: 300 },
  );
});

/** Each way to put every unit into one of its own splits. */
function* allProposals(labels: readonly Label[], unitOf: Uint32Array, unit = 0): Generator<string[]> {
  const own = new Set(labels.filter((_, row) => unitOf[row] === unit).map(({ split }) => split));
  if (own.size === 0) yield labels.map(({ split }) => split);
  for (const split of own) {
    for (const rest of allProposals(labels, unitOf, unit + 1))
      yield rest.map((other, row) => (unitOf[row] === unit ? split : other));
  }
}

test("of two units, the proposal is the best of all: by labels, then by sizes, then by images that move", () => {
  fc.assert(
    fc.property(unitsOf(["train", "val", "test"], ["cat", "dog"]), (some) => {
      const { labels, unitOf } = imagesOf(some.slice(0, 2));
      const one = labels.map(({ split }) => ({ label: "", split }));
      const costOf = (proposed: readonly string[]) => [
        squares(changesOf(labels, proposed)),
        squares(changesOf(one, proposed)),
        proposed.filter((split, row) => split !== labels[row].split).length,
      ];
      const all = [...allProposals(labels, unitOf)].map(costOf);
      const best = all.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])[0];
      expect(costOf(proposeSplit(labels, unitOf))).toEqual(best);
    }),
    { numRuns: 300 },
  );
});

test("the numbers of units play no part", () => {
  fc.assert(
    fc.property(unitsOf(["train", "val", "test"], ["cat", "dog"]), (units) => {
      const { labels, unitOf } = imagesOf(units);
      expect(
        proposeSplit(
          labels,
          unitOf.map((unit) => 1000 - 7 * unit),
        ),
      ).toEqual(proposeSplit(labels, unitOf));
    }),
  );
});

test("where nothing else tells, few images change their split", () => {
  const lone = imagesOf([{ label: "cat", splits: ["val", "train", "train", "train"] }]);
  expect(proposeSplit(lone.labels, lone.unitOf)).toEqual(Array(4).fill("train"));
  const crossed = imagesOf([
    { label: "cat", splits: ["val", "train", "train"] },
    { label: "cat", splits: ["val", "train", "val"] },
  ]);
  expect(proposeSplit(crossed.labels, crossed.unitOf)).toEqual(["train", "val", "train", "val", "train", "val"]);
});

test("images of several labels in a unit are counted each by its own", () => {
  const labels = ["cat", "dog", "cat", "dog"].map((label, i) => ({ label, split: i % 2 === 0 ? "train" : "val" }));
  const proposed = proposeSplit(labels, Uint32Array.from([0, 0, 1, 1]));
  expect(proposed[0]).toBe(proposed[1]);
  expect(proposed[2]).toBe(proposed[3]);
  expect(proposed[0]).not.toBe(proposed[2]);
});

test("50,000 units keep the images of each of 100 labels in each split within one unit", () => {
  const random = new SeededRandom(3);
  const split = () => (random.between(0, 1) < 0.8 ? "train" : random.pick(["val", "test"]));
  const units = Array.from({ length: 50_000 }, () => ({
    label: `label ${random.integer(0, 100)}`,
    splits: Array.from({ length: random.integer(2, 5) }, split),
  }));
  const { labels, unitOf } = imagesOf(units);
  const proposed = proposeSplit(labels, unitOf);
  expect(Math.max(...changesOf(labels, proposed).map(Math.abs))).toBeLessThanOrEqual(4);
});
