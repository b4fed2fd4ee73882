import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { oracleDistance, oraclePairs } from "../support/brute-force.ts";
import { checkedLabels, givenFeatures, type LabelRows } from "../support/checked-labels.ts";
import { randomFeatures } from "../support/random-features.ts";
import { readGroups } from "../support/read-report.ts";

const ROWS = 200;
const THRESHOLD = 0.35;
const FEATURES = randomFeatures({ rows: ROWS, dim: 6, seed: 8, copies: 0.75, copyDistance: 0.28 });
const IDS = Array.from({ length: ROWS }, (_, row) => `image ${String(row).padStart(3, "0")}`);
const rowOf = (id: string) => Number(id.slice(-3));
const between = (a: number, b: number) => oracleDistance(FEATURES, a, FEATURES, b);

/** Two thirds of the images have a label, which most copies share; most of those have a split. */
function someLabels(): LabelRows {
  const random = new SeededRandom(4);
  return IDS.flatMap((id, row) => {
    const label = random.between(0, 1) < 0.9 ? "cat" : random.pick(["dog", "cow"]);
    const split = random.pick(["train", "train", "val", "test", ""]);
    return row % 3 === 0 ? [] : [[id, label, split] as const];
  });
}

const LABELS = someLabels();
const LABEL_OF = new Map(LABELS.map(([path, label]) => [path, label]));

/** The nearest of some images: of equally near ones, the first. */
function nearestOf(path: string, others: readonly string[]): readonly [path: string, distance: string] {
  const found = others
    .map((other) => ({
      other,
      distance: between(Math.min(rowOf(path), rowOf(other)), Math.max(rowOf(path), rowOf(other))),
    }))
    .toSorted((a, b) => a.distance - b.distance || rowOf(a.other) - rowOf(b.other));
  return [found[0].other, String(found[0].distance)];
}

/** Rows of suggestions.csv and conflicts.csv for these groups, in no order. */
function oracleChecks(groups: readonly (readonly string[])[]) {
  const suggestions: string[][] = [];
  const conflicts: string[][] = [];
  for (const paths of groups) {
    const labeled = paths.filter((path) => LABEL_OF.has(path));
    const labels = [...new Set(labeled.map((path) => LABEL_OF.get(path) as string))];
    if (labels.length === 1) {
      const unlabeled = paths.filter((path) => !LABEL_OF.has(path));
      suggestions.push(...unlabeled.map((path) => [path, labels[0], ...nearestOf(path, labeled)]));
    }
    if (labels.length < 2) continue;
    for (const path of labeled) {
      const label = LABEL_OF.get(path) as string;
      conflicts.push([
        path,
        label,
        ...nearestOf(
          path,
          labeled.filter((other) => LABEL_OF.get(other) !== label),
        ),
      ]);
    }
  }
  return { suggestions, conflicts };
}

const MODES = ["component", "direct"] as const;

test.each(MODES)("suggestions and conflicts of %s groups are those of brute force", async (mode) => {
  const made = await givenFeatures(IDS, FEATURES, THRESHOLD);
  const found = await checkedLabels(made, LABELS, { cluster: { mode } });
  const { suggestions, conflicts } = oracleChecks(await readGroups(found.output));
  expect(Math.min(suggestions.length, conflicts.length)).toBeGreaterThan(5);
  const suggested = found.suggestions.map((row) => [row.path, row.suggested_label, row.source_path, row.distance]);
  expect(suggested.toSorted()).toEqual(suggestions.toSorted());
  const differing = found.conflicts.map((row) => [row.path, row.label, row.other_path, row.distance]);
  expect(differing.toSorted()).toEqual(conflicts.toSorted());
});

test.each(MODES)(
  "leaks with %s groups are those of brute force, and no pair crosses the proposed splits",
  async (mode) => {
    const made = await givenFeatures(IDS, FEATURES, THRESHOLD);
    const { leaks, proposed } = await checkedLabels(made, LABELS, { cluster: { mode } });
    const splitOf = new Map(LABELS.flatMap(([path, , split]) => (split === "" ? [] : [[path, split] as const])));
    const pairs = oraclePairs(FEATURES, THRESHOLD)
      .map((text) => text.split(/[-:]/, 2).map((row) => IDS[Number(row)]))
      .filter((paths) => paths.every((path) => splitOf.has(path)));
    const expected = pairs.filter(([a, b]) => splitOf.get(a) !== splitOf.get(b));
    expect(expected.length).toBeGreaterThan(5);
    expect(leaks.map(({ path_a, path_b }) => [path_a, path_b]).toSorted()).toEqual(expected.toSorted());
    const distances = leaks.map(({ distance }) => Number(distance));
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));

    expect(proposed.map(({ path, label }) => [path, label])).toEqual(LABELS.map(([path, label]) => [path, label]));
    const newSplitOf = new Map(proposed.map(({ path, split }) => [path, split]));
    for (const [a, b] of pairs) expect(newSplitOf.get(a)).toBe(newSplitOf.get(b));
    for (const { path_a, proposed_split } of leaks) expect(proposed_split).toBe(newSplitOf.get(path_a));
    for (const [path, , split] of LABELS) if (split === "") expect(newSplitOf.get(path)).toBe("");
  },
);
