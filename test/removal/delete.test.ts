import { chmod, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { giveMarks } from "#removal/file-marks.ts";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import { applied, planned, takenBack } from "./removal-in-process.ts";

const GROUP = [
  { path: "keep.jpg", content: "same" },
  { path: "again.jpg", content: "same" },
  { path: "smaller.jpg", content: "smaller" },
];

test("deleted files are gone; an undo makes those anew that have an equal, and says which are lost", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  const plan = await planned(made, { "again.jpg": "drop", "smaller.jpg": "drop" }, "--delete");
  expect(await applied(made, plan)).toMatchObject({ done: 2, bytes: 11, left: [] });
  expect(Object.keys(await folderState(made.images))).toEqual(["keep.jpg"]);
  const back = await takenBack(made);
  expect(back).toMatchObject({ restored: 1, kept: [], lost: [{ id: "smaller.jpg" }] });
  const { "smaller.jpg": _, ...rest } = before;
  expect(await folderState(made.images)).toEqual(rest);
  // nothing is left that could be tried again
  expect(await takenBack(made)).toBeUndefined();
});

test("a deleted symbolic link comes back as it was", async () => {
  const made = await makeReports({ groups: [GROUP] });
  await rename(join(made.images, "smaller.jpg"), join(made.root, "outside"));
  await symlink("../outside", join(made.images, "smaller.jpg"));
  const before = await folderState(made.images);
  await applied(made, await planned(made, { "smaller.jpg": "drop" }, "--delete"));
  expect(await takenBack(made)).toMatchObject({ restored: 1, lost: [] });
  expect(await folderState(made.images)).toEqual(before);
});

test("a file is read once more before it is deleted: one that was written to without a trace in its size and time stays", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const path = join(made.images, "again.jpg");
  await chmod(path, 0o600);
  const plan = await planned(made, { "again.jpg": "drop" }, "--delete");
  const [{ facts }] = plan.removals;
  const end = await applied(made, plan, async () => {
    await writeFile(path, "SAME");
    await giveMarks(path, facts);
  });
  expect(end).toMatchObject({ done: 0, left: [{ reason: "it has changed since it was checked" }] });
});

test("an equal that is gone for now is told, and the undo can be done again", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  await applied(made, await planned(made, { "again.jpg": "drop" }, "--delete"));
  await rename(join(made.images, "keep.jpg"), join(made.root, "away"));
  expect(await takenBack(made)).toMatchObject({
    restored: 0,
    kept: [{ reason: "no file of its bytes is where one stayed" }],
  });
  await rename(join(made.root, "away"), join(made.images, "keep.jpg"));
  expect(await takenBack(made)).toMatchObject({ restored: 1, kept: [] });
  expect(await folderState(made.images)).toEqual(before);
  await rm(join(made.images, "again.jpg"));
  expect(await takenBack(made)).toBeUndefined();
});
