import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { expect, test } from "vitest";
import { checkedLabels, drawCopies, type LabelRows, placeOnLine } from "../support/checked-labels.ts";
import { HARD_NAMES } from "../support/made-data-set.ts";

const MADE = [["a.png", "b.jpg"], ["c.png", "d.jpg", "e.png"], ["f.png", "g.jpg"], ["h.png"]].flatMap((names, seed) =>
  names.map((name) => [name, seed + 1] as const),
);
const LABELS: LabelRows = [
  ["a.png", "cat", ""],
  ["c.png", "cat", "train"],
  ["d.jpg", "dog", "train"],
  ["e.png", "cat", "train"],
  ["f.png", "cat", "train"],
  ["g.jpg", "cat", "val"],
  ["h.png", "cat", "val"],
];

test("a copy of a labeled image gets its label, labels that differ and copies in two splits are told", async () => {
  const found = await checkedLabels(await drawCopies(MADE), LABELS);
  expect(found.suggestions).toMatchObject([
    { path: "b.jpg", suggested_label: "cat", source_path: "a.png", match: "copy" },
  ]);
  const beside = { other_path: "d.jpg", other_label: "dog", match: "copy" };
  expect(found.conflicts).toMatchObject([
    { path: "d.jpg", label: "dog", group_size: "3", group_labels: "cat 2; dog 1", other_label: "cat" },
    { label: "cat", split: "train", ...beside },
    { label: "cat", split: "train", ...beside },
  ]);
  const roleOf = new Map(found.groups.map(({ path, role }) => [path, role]));
  for (const { path, role } of found.conflicts) expect(role).toBe(roleOf.get(path));
  expect(found.leaks).toMatchObject([
    { path_a: "f.png", split_a: "train", path_b: "g.jpg", split_b: "val", label_b: "cat", match: "copy" },
  ]);
  expect(found.counts).toMatchObject({ suggestions: 1, conflicts: 1, leaks: 1, resplit: 1 });
  expect(found.stdout).toMatch(/1 suggested label, .*suggestions.csv\n1 group whose labels differ: .*conflicts.csv\n/);
  expect(found.stdout).toMatch(/1 pair across splits: .*proposed-labels.csv has none, with 1 image in another split/);

  const json = JSON.parse(await readFile(join(found.output, "reports/groups.json"), "utf8"));
  const members = json.groups.flatMap((group: { members: object[] }) => group.members);
  const copy = members.find(({ path }: { path: string }) => path === "b.jpg");
  const [{ distance }] = found.suggestions;
  expect(copy).toMatchObject({ suggested_label_from: "a.png", suggested_label_distance: Number(distance) });
  expect(found.groups.filter(({ suggested_label }) => suggested_label !== "").map(({ path }) => path)).toEqual([
    "b.jpg",
  ]);
});

test("a run with the proposed labels has no leaks and proposes the same again, whatever the names", async () => {
  const names = [...HARD_NAMES, "-2.jpg", "1e5.png", "\u2028.png", "<script>.png", "@x.jpg", "c\rr.png"];
  const pairs = names.flatMap((name, seed) => [[name, seed + 1] as const, [`copy of/${name}`, seed + 1] as const]);
  const made = await drawCopies(pairs);
  const labels = pairs.map(
    ([path, seed], i) => [path, ["=cat()", 'd"o,g', "0 7"][seed % 3], i % 2 ? "+val" : "train"] as const,
  );
  const before = await checkedLabels(made, labels);
  expect(before.counts).toMatchObject({ leaks: names.length, resplit: names.length });
  const kept = join(made.folder, "proposed.csv");
  await writeFile(kept, await readFile(join(before.output, "reports/proposed-labels.csv")));
  const after = await checkedLabels(made, kept);
  expect(after.counts).toMatchObject({ leaks: 0, resplit: 0, conflicts: 0, suggestions: 0 });
  expect(after.proposed).toEqual(before.proposed);
  expect(new Set(after.proposed.map(({ path, label }) => `${path} ${label}`))).toEqual(
    new Set(labels.map(([path, label]) => `${path} ${label}`)),
  );
  const sizes = ["train", "+val"].map((name) => after.proposed.filter(({ split }) => split === name).length);
  expect(sizes).toEqual([names.length, names.length]);
});

test("two images that a person told apart are no leak", async () => {
  const made = await drawCopies(MADE);
  const { leaks, groups } = await checkedLabels(made, LABELS);
  expect(leaks).toHaveLength(1);
  const reviewed = join(made.folder, "reviewed.csv");
  const decided = groups
    .filter(({ path }) => path === "f.png" || path === "g.jpg")
    .map((row) => ({ ...row, decision: row.role === "keeper" ? "" : "not-duplicate" }));
  await writeFile(reviewed, stringify(decided, { header: true }));
  const after = await checkedLabels(made, LABELS, {}, ["--reviewed", reviewed]);
  expect(after.leaks).toEqual([]);
  expect(after.proposed.map(({ path, label, split }) => [path, label, split])).toEqual(LABELS);
});

test("without labels, the tables have their headers alone", async () => {
  const found = await checkedLabels(await drawCopies(MADE), undefined);
  for (const name of ["suggestions", "conflicts", "leaks", "proposed"] as const) expect(found[name]).toEqual([]);
  expect(found.counts).toMatchObject({ suggestions: 0, conflicts: 0, leaks: 0, resplit: 0 });
  const leaks = await readFile(join(found.output, "reports/leaks.csv"), "utf8");
  expect(leaks).toBe("\ufeffpath_a,split_a,label_a,path_b,split_b,label_b,distance,match,group_id,proposed_split\r\n");
});

test("members of a chain get the label of the nearest labeled one, though that is no pair of theirs", async () => {
  const made = await placeOnLine({ a: 0, b: 1, c: 2, d: 3, e: 4, z: 9 });
  const { suggestions } = await checkedLabels(made, [
    ["a", "cat", ""],
    ["e", "cat", ""],
  ]);
  expect(suggestions.map(({ path, source_path, distance }) => [path, source_path, distance])).toEqual([
    ["b", "a", "1"],
    ["d", "e", "1"],
    ["c", "a", "2"],
  ]);
  const { suggestions: none, conflicts } = await checkedLabels(made, [
    ["a", "cat", ""],
    ["b", "cat", ""],
    ["e", "dog", ""],
  ]);
  expect(none).toEqual([]);
  expect(conflicts.map(({ path, other_path, distance, match }) => [path, other_path, distance, match])).toEqual([
    ["e", "b", "3", "similar"],
    ["b", "e", "3", "similar"],
    ["a", "e", "4", "similar"],
  ]);
});

test("direct groups leave no leak between two groups unseen", async () => {
  const made = await placeOnLine({ a: 0, b: 1, c: 2, d: 9 });
  const labels = [
    ["a", "cat", "train"],
    ["b", "cat", "val"],
    ["c", "cat", "test"],
    ["d", "cat", "test"],
  ] as const;
  const { leaks, proposed } = await checkedLabels(made, labels, { cluster: { mode: "direct" } });
  expect(leaks.map(({ path_a, path_b, group_id }) => [path_a, path_b, group_id !== ""])).toEqual([
    ["a", "b", true],
    ["b", "c", false],
  ]);
  const [a, b, c, d] = proposed.map(({ split }) => split);
  expect([b, c, d]).toEqual([a, a, "test"]);
});
