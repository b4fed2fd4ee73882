import { expect, test } from "vitest";
import type { Group } from "#data/group.ts";
import type { CandidateRecord } from "#data/report-records.ts";
import { lineOf } from "../../pipeline/line-of.ts";

/** Images of these names, whose content is told by a second word. */
function catalogOf(names: readonly string[]) {
  const facts = { reference: false, folderLabel: "", width: 8, height: 8, bytes: 8 };
  const images = names.map((name) => ({ id: name.split(" ")[0], sha256: name.split(" ")[1] ?? "", ...facts }));
  return { images, labels: [], decisions: [] };
}

/** Candidates of a run before: name, content, and which one was nearest before it. */
function proposed(...lines: readonly string[]): CandidateRecord[] {
  return lines.map((line, i) => {
    const [path, sha256, nearest] = line.split(" ");
    const chosen = { nearest_chosen_path: nearest ?? null, nearest_chosen_distance: nearest ? i / 10 : null };
    const labeled = { nearest_labeled_path: null, nearest_labeled_distance: null };
    const facts = { width: 8, height: 8, bytes: 8, decision: "", note: "" } as const;
    return { rank: i + 1, path, sha256, ...labeled, ...chosen, coverage_radius: 1, ...facts };
  });
}

const EARLIER = proposed("a 1", "b 2 a", "c 3 a", "d 4 b");
const told = (line: ReturnType<typeof lineOf>) => line.map(({ row, nearestChosen }) => [row, nearestChosen?.row]);

test("images stay in line in their order, moved ones too, and those that are gone or changed do not", () => {
  const line = lineOf(EARLIER, catalogOf(["a 1", "b 9", "moved 3", "d 4"]), [], true);
  expect(line).toEqual([
    { row: 0, nearestChosen: undefined },
    { row: 2, nearestChosen: { row: 0, distance: 0.2 } },
    // what was nearest to it is gone
    { row: 3, nearestChosen: undefined },
  ]);
});

test("the keeper of a group takes the place of its copies, and distances behind it are not taken over", () => {
  const members = [4, 1].map((row) => ({ row }));
  const line = lineOf(
    EARLIER,
    catalogOf(["a 1", "b 2", "c 3", "d 4", "keeper 5"]),
    [{ members } as unknown as Group],
    true,
  );
  expect(told(line)).toEqual([
    [0, undefined],
    [4, undefined],
    [2, undefined],
    [3, undefined],
  ]);
});

test("no distance is taken over from a report that a person changed, nor of features, whose contents are not known", () => {
  const images = catalogOf(["a 1", "b 2", "c 3", "d 4"]);
  expect(told(lineOf(EARLIER, images, [], true))).toEqual([
    [0, undefined],
    [1, 0],
    [2, 0],
    [3, 1],
  ]);
  const unknown = [0, 1, 2, 3].map((row) => [row, undefined]);
  expect(told(lineOf(EARLIER, images, [], false))).toEqual(unknown);
  const features = EARLIER.map((record) => ({ ...record, sha256: "" }));
  expect(told(lineOf(features, catalogOf(["a", "b", "c", "d"]), [], true))).toEqual(unknown);
});
