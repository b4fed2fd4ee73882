import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readApplyFlags } from "#commands/apply-flags.ts";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import { runCommand } from "../support/run-command.ts";
import { type MadeReports, writeReviewed } from "../support/written-reports.ts";

const GROUPS = [
  [
    { path: "a/keep.jpg", content: "first" },
    { path: "b/again.jpg", content: "first" },
    { path: "b/smaller.jpg", content: "first, smaller" },
  ],
  [
    { path: "c.jpg", content: "second" },
    { path: "d/c.jpg", content: "second" },
  ],
];

const apply = ({ output }: MadeReports, ...args: string[]) =>
  runCommand("src/commands/apply.ts", [...args, "--output", output]);
const undo = ({ output }: MadeReports, ...args: string[]) =>
  runCommand("src/commands/undo.ts", [...args, "--output", output]);

test("a dry run names every file, where it would go and why, and writes nothing", async () => {
  const made = await makeReports({ groups: GROUPS });
  const file = await writeReviewed(made, { "b/smaller.jpg": "drop", "c.jpg": "drop", "a/keep.jpg": "keep" });
  const before = await folderState(made.root);
  const { exitCode, stdout, stderr } = await apply(made, file);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: "",
  });
  const lines = stdout
    .trimEnd()
    .replaceAll(made.root, "ROOT")
    .replace(/\d{4}-\d\d-\d\dT[-\d.]+Z/g, "START")
    .split("\n");
  expect(lines).toEqual([
    'move "ROOT/images/b/smaller.jpg" -> "ROOT/output/quarantine/START/b/smaller.jpg" (drop, line 2: copy of "a/keep.jpg", distance 0.125)',
    'move "ROOT/images/c.jpg" -> "ROOT/output/quarantine/START/c.jpg" (drop, line 3: the keeper; "d/c.jpg" stays)',
    "2 files to move, 20 bytes",
    "Nothing was done: --yes does it",
  ]);
  expect(await folderState(made.root)).toEqual(before);
});

test("files go to the quarantine in their folders, and an undo brings them back as they were, each apply by itself", async () => {
  const made = await makeReports({ groups: GROUPS });
  const before = await folderState(made.images);
  const first = await apply(made, await writeReviewed(made, { "b/smaller.jpg": "drop", "c.jpg": "drop" }), "--yes");
  expect(first).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^Took \d decisions? of .* down in .*\n$/),
  });
  const [start] = await readdir(join(made.output, "quarantine"));
  expect(await folderState(join(made.output, "quarantine", start))).toMatchObject({
    "b/smaller.jpg": before["b/smaller.jpg"],
    "c.jpg": before["c.jpg"],
  });
  const between = await folderState(made.images);
  expect(Object.keys(before).filter((path) => !(path in between))).toEqual(["c.jpg", "b/smaller.jpg"]);

  const again = await apply(
    made,
    await writeReviewed(made, { "b/smaller.jpg": "drop", "b/again.jpg": "drop" }),
    "--yes",
  );
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^1 file moved.*\n1 file gone already/) });
  expect(await undo(made)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 file restored") });
  expect(await folderState(made.images)).toEqual(between);
  const dry = await undo(made, "--dry-run");
  expect(dry.stdout.match(/^restore "/gm)).toHaveLength(2);
  expect(await folderState(made.images)).toEqual(between);
  expect(await undo(made)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("2 files restored") });
  expect(await folderState(made.images)).toEqual(before);
  expect(await folderState(join(made.output, "quarantine"))).toEqual({});
  expect(await undo(made)).toMatchObject({ exitCode: 0, stdout: "Nothing is left to undo\n" });
});

test("a list holds the paths and nothing else, and is refused where a path would be taken for two", async () => {
  const made = await makeReports({
    groups: [
      ...GROUPS,
      [
        { path: "e.jpg", content: "third" },
        { path: "two\nlines.jpg", content: "third" },
      ],
    ],
  });
  const decisions = { "b/again.jpg": "drop", "d/c.jpg": "drop" };
  const listed = await apply(made, await writeReviewed(made, decisions), "--list-only");
  expect(listed).toEqual({
    ...{ exitCode: 0, stderr: "" },
    stdout: `${join(made.images, "b/again.jpg")}\n${join(made.images, "d/c.jpg")}\n`,
  });
  const file = await writeReviewed(made, { "two\nlines.jpg": "drop" });
  const broken = await apply(made, file, "--list-only");
  expect(broken).toMatchObject({ exitCode: 1, stdout: "" });
  expect(broken.stderr).toMatch(/found a line end in ".*two\\nlines\.jpg": --null puts/);
  expect((await apply(made, file, "--list-only", "--null")).stdout).toBe(`${join(made.images, "two\nlines.jpg")}\0`);
  expect(await readdir(made.output)).toEqual(["reports"]);
});

test("a file that came into the place of another is never overwritten: an undo tells it, and can be done again", async () => {
  const made = await makeReports({ groups: GROUPS });
  const before = await folderState(made.images);
  await apply(made, await writeReviewed(made, { "b/smaller.jpg": "drop", "c.jpg": "drop" }), "--yes");
  await writeFile(join(made.images, "c.jpg"), "a new one");
  const partly = await undo(made);
  expect(partly).toMatchObject({ exitCode: 1, stderr: "" });
  expect(partly.stdout).toMatch(
    /1 file restored\n1 file not restored:\n.*c\.jpg": another file has come into its place/,
  );
  expect(await readFile(join(made.images, "c.jpg"), "utf8")).toBe("a new one");
  await rm(join(made.images, "c.jpg"));
  expect(await undo(made)).toMatchObject({ exitCode: 0 });
  expect(await folderState(made.images)).toEqual(before);
});

test("an undo takes back the apply that is named, and says where there is none", async () => {
  const made = await makeReports({ groups: GROUPS });
  const before = await folderState(made.images);
  for (const path of ["b/smaller.jpg", "d/c.jpg"])
    await apply(made, await writeReviewed(made, { [path]: "drop" }), "--yes");
  const [first] = (await readdir(join(made.output, "removals"))).sort();
  const start = first.slice(0, -".ndjson".length);
  expect(await undo(made, start)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 file restored") });
  const { "d/c.jpg": _, ...rest } = before;
  expect(await folderState(made.images)).toEqual(rest);
  const none = await undo(made, start);
  expect(none).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining(`Expected an apply that began at "${start}"`),
  });
  await undo(made);
  expect(await folderState(made.images)).toEqual(before);
});

test("flags that exclude each other, wrong ones, and a missing file are refused", async () => {
  const file = "reviewed.csv";
  const wrong = [["--yes"], [file, "--resume"], [file, "--null"], [file, "--accept", "nearly"], [file, "other.csv"]];
  const ways = ["--hardlink", "--delete", "--list-only", "--quarantine=q"];
  const pairs = ways.flatMap((one, i) => ways.slice(i + 1).map((other) => [file, one, other]));
  for (const args of [...wrong, ...pairs, [file, "--list-only", "--yes"], ["--resume", "--delete"], [file, "--yess"]])
    expect(() => readApplyFlags(args), args.join(" ")).toThrow(expect.objectContaining({ kind: "settings" }));
  const made = await makeReports({ groups: GROUPS });
  const end = await apply(made, await writeReviewed(made, { "c.jpg": "drop" }), "--quarantine", made.images);
  expect(end).toMatchObject({ exitCode: 2, stdout: "" });
});

test("an output folder at which somebody works ends an apply and an undo with 3", async () => {
  const made = await makeReports({ groups: GROUPS });
  const file = await writeReviewed(made, { "c.jpg": "drop" });
  await writeFile(join(made.output, "lock"), JSON.stringify({ pid: 7, host: "another", started: "today" }));
  for (const end of [await apply(made, file, "--yes"), await undo(made)])
    expect(end).toMatchObject({ exitCode: 3, stderr: expect.stringContaining("Held by process 7 on another") });
  expect(await apply(made, file)).toMatchObject({ exitCode: 0 });
});
