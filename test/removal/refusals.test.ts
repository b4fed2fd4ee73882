import { link, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import { runCommand } from "../support/run-command.ts";
import { writeReviewed } from "../support/written-reports.ts";
import { planned } from "./removal-in-process.ts";

const PAIR = [
  { path: "keep.jpg", content: "same" },
  { path: "again.jpg", content: "same" },
];

test("a refused apply does nothing, ends with 1, and names every reason at once with id and path", async () => {
  const made = await makeReports({ groups: [PAIR] });
  const before = await folderState(made.root);
  const file = await writeReviewed(made, { "keep.jpg": "drop", "again.jpg": "drop" });
  const end = await runCommand("src/commands/apply.ts", [file, "--yes", "--output", made.output]);
  expect(end).toMatchObject({ exitCode: 1, stdout: "" });
  const { "reviewed.csv": _, ...after } = await folderState(made.root);
  expect(after).toEqual(before);
  expect(end.stderr.replaceAll(made.images, "")).toBe(
    "twinsift: Refused, nothing was done: " +
      '"keep.jpg" ("/keep.jpg") is the last of its group: every other member goes too, or is no copy of it; ' +
      '"again.jpg" ("/again.jpg") is the last of its group: every other member goes too, or is no copy of it (2 in all)\n',
  );
});

test("twenty reasons are named, and how many there are", async () => {
  const groups = Array.from({ length: 15 }, (_, i) =>
    ["a", "b"].map((name) => ({ path: name + i, content: String(i) })),
  );
  const decisions = Object.fromEntries(groups.flat().map(({ path }) => [path, "drop"]));
  const message = await refusal(planned(await makeReports({ groups }), decisions));
  expect(message.match(/is the last of its group/g)).toHaveLength(20);
  expect(message).toMatch(/; and 10 more \(30 in all\)$/);
});

test.each<[string, (path: string) => Promise<unknown>, string]>([
  ["is gone", (path) => rm(path), 'is the last of its group that is there: "keep.jpg", which was to stay, is gone'],
  ["has changed", (path) => writeFile(path, "others"), "which was to stay, has changed since the latest run"],
  ["is a folder now", async (path) => rm(path).then(() => mkdir(path)), "which was to stay, is no regular file"],
  ["is a link to nothing", async (path) => rm(path).then(() => symlink("nothing", path)), "which was to stay, is gone"],
])("the last copy of a group stays: the one that was to stay %s", async (_, change, reason) => {
  const made = await makeReports({ groups: [PAIR] });
  await change(join(made.images, "keep.jpg"));
  expect(await refusal(planned(made, { "again.jpg": "drop" }))).toContain(reason);
});

test("another member justifies what goes where the keeper does not, but not one that was decided to be no duplicate", async () => {
  const made = await makeReports({ groups: [[...PAIR, { path: "third.jpg", content: "third" }]] });
  await rm(join(made.images, "keep.jpg"));
  const { removals } = await planned(made, { "again.jpg": "drop" });
  expect(removals).toMatchObject([{ id: "again.jpg", stays: { id: "third.jpg" } }]);
  expect(await refusal(planned(made, { "again.jpg": "drop", "third.jpg": "not-duplicate" }))).toContain('"again.jpg"');
});

test("a reference never goes, though it is the keeper", async () => {
  const made = await makeReports({
    folders: ["images", "reference"],
    groups: [
      [
        { path: "reference/a.jpg", content: "a" },
        { path: "images/a.jpg", content: "a" },
      ],
    ],
  });
  const reason = await refusal(planned(made, { "reference/a.jpg": "drop" }));
  expect(reason).toContain('"reference/a.jpg" is a reference, which must never go');
  expect((await planned(made, { "images/a.jpg": "drop" })).removals).toHaveLength(1);
});

test.each<[string, (path: string) => Promise<unknown>, string]>([
  [
    "was written to since the run",
    (path) => rm(path).then(() => writeFile(path, "other")),
    "has changed since the latest run",
  ],
  ["is a folder now", (path) => rm(path).then(() => mkdir(path)), "is no regular file"],
  ["is a link that leads nowhere now", (path) => rm(path).then(() => symlink("x", path)), "cannot be read (ENOENT"],
])("a file stays that %s", async (_, change, reason) => {
  const made = await makeReports({ groups: [PAIR] });
  await change(join(made.images, "again.jpg"));
  expect(await refusal(planned(made, { "again.jpg": "drop" }))).toContain(reason);
});

test("a path that leaves its folder is refused: by its parts, or over a link", async () => {
  const made = await makeReports({
    groups: [
      [
        { path: "keep.jpg", content: "same" },
        { path: "../outside.jpg", content: "same" },
        { path: "linked/inside.jpg", content: "same" },
      ],
    ],
  });
  expect(await refusal(planned(made, { "../outside.jpg": "drop" }))).toContain("its path leaves it");
  await rename(join(made.images, "linked"), join(made.root, "elsewhere"));
  await symlink(join(made.root, "elsewhere"), join(made.images, "linked"));
  expect(await refusal(planned(made, { "linked/inside.jpg": "drop" }))).toContain(
    "in a folder outside, to which a link",
  );
});

test("a file that is the one that stays, by another path, is refused; two hard links are two names, and one of them may go", async () => {
  const made = await makeReports({ groups: [PAIR] });
  const [keep, again] = ["keep.jpg", "again.jpg"].map((name) => join(made.images, name));
  await rm(keep);
  await symlink(again, keep);
  expect(await refusal(planned(made, { "again.jpg": "drop" }))).toContain(
    '"keep.jpg", which was to stay, is the same file as "again.jpg", which goes',
  );
  await rm(keep);
  await link(again, keep);
  expect((await planned(made, { "again.jpg": "drop" })).removals).toHaveLength(1);
});

test("of three names of one file two may go, and not the third with them", async () => {
  const made = await makeReports({ groups: [[...PAIR, { path: "third.jpg", content: "same" }]] });
  const [keep, again, third] = ["keep.jpg", "again.jpg", "third.jpg"].map((name) => join(made.images, name));
  for (const name of [again, third]) await rm(name).then(() => link(keep, name));
  expect((await planned(made, { "again.jpg": "drop", "third.jpg": "drop" })).removals).toHaveLength(2);
  await rm(keep);
  await symlink(again, keep);
  expect(await refusal(planned(made, { "again.jpg": "drop", "third.jpg": "drop" }))).toContain("is the same file as");
});

test("a folder that is linked into another gives its files two paths: neither justifies the other", async () => {
  const made = await makeReports({
    folders: ["images", "others"],
    groups: [
      [
        { path: "others/sub/a.jpg", content: "a" },
        { path: "images/sub/a.jpg", content: "a" },
      ],
    ],
  });
  await rm(join(made.folders.others, "sub"), { recursive: true });
  await symlink(join(made.images, "sub"), join(made.folders.others, "sub"));
  expect(await refusal(planned(made, { "images/sub/a.jpg": "drop" }))).toContain("is the same file as");
});

test("a file that is gone is told and passed over; a whole folder that is gone is an error", async () => {
  const made = await makeReports({ groups: [PAIR] });
  await rm(join(made.images, "again.jpg"));
  const { removals, gone } = await planned(made, { "again.jpg": "drop" });
  expect({ removals, gone }).toMatchObject({ removals: [], gone: [{ id: "again.jpg", reason: "is gone already" }] });
  await rename(made.images, join(made.root, "moved"));
  const missing = planned(made, { "again.jpg": "drop" });
  await expect(missing).rejects.toThrow(/Cannot open the image folder ".*": ENOENT.*; mount it, or say with --images/);
  const found = await planned(made, { "again.jpg": "drop" }, "--images", join(made.root, "moved"));
  expect(found.gone).toHaveLength(1);
});

test("reports that name no folders, or are of features, are refused with what to do", async () => {
  const made = await makeReports({ groups: [[PAIR[0], { ...PAIR[1], sha256: "" }]] });
  expect(await refusal(planned(made, { "again.jpg": "drop" }))).toContain("has no SHA-256 in the reports");
  await writeFile(join(made.output, "reports/run.json"), '{ "schema": "twinsift/run@1" }');
  await expect(planned(made, { "again.jpg": "drop" })).rejects.toThrow(/Expected the image folders .* found none; run/);
});

async function refusal(plan: Promise<unknown>): Promise<string> {
  const message: string = await plan.then(
    () => "nothing was refused",
    (error) => error.message,
  );
  expect(message).toMatch(/^Refused, nothing was done: /);
  return message;
}
