import { chmod, link, lstat, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import { applied, planned, takenBack } from "./removal-in-process.ts";

const GROUP = [
  { path: "keep.jpg", content: "same" },
  { path: "again.jpg", content: "same" },
  { path: "smaller.jpg", content: "smaller" },
  { path: "smaller2.jpg", content: "smaller" },
];

test("a file of the bytes of one that stays becomes another name of it, and comes back as a file of its own", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  const plan = await planned(made, { "again.jpg": "drop", "smaller2.jpg": "drop" }, "--hardlink");
  expect(plan.removals.map(({ id, stays }) => `${id} -> ${stays.id}`)).toEqual([
    "again.jpg -> keep.jpg",
    "smaller2.jpg -> smaller.jpg",
  ]);
  expect(await applied(made, plan)).toMatchObject({ done: 2, left: [] });
  const inode = (name: string) => lstat(join(made.images, name)).then(({ ino }) => ino);
  expect(await inode("again.jpg")).toBe(await inode("keep.jpg"));
  expect(Object.keys(await folderState(made.images))).toEqual(Object.keys(before));
  expect(await takenBack(made)).toMatchObject({ restored: 2, kept: [] });
  expect(await folderState(made.images)).toEqual(before);
  expect(await inode("again.jpg")).not.toBe(await inode("keep.jpg"));
});

test("what has no equal that stays, is a link, or is one file with it already, stays and is told", async () => {
  const made = await makeReports({
    groups: [
      GROUP,
      [
        { path: "b.jpg", content: "b" },
        { path: "b2.jpg", content: "b" },
      ],
    ],
  });
  const [keep, again, b2] = ["keep.jpg", "again.jpg", "b2.jpg"].map((name) => join(made.images, name));
  await rm(again);
  await link(keep, again);
  await rename(b2, join(made.root, "outside"));
  await symlink("../outside", b2);
  const drops = { "again.jpg": "drop", "smaller.jpg": "drop", "smaller2.jpg": "drop", "b2.jpg": "drop" };
  const { removals, left } = await planned(made, drops, "--hardlink");
  expect(removals).toEqual([]);
  expect(Object.fromEntries(left.map(({ id, reason }) => [id, reason]))).toEqual({
    "again.jpg": 'is one file with "keep.jpg" already',
    "smaller.jpg": "has no file of the same bytes that stays",
    "smaller2.jpg": "has no file of the same bytes that stays",
    "b2.jpg": "is a symbolic link, which takes no room",
  });
});

test("a file that was written to meanwhile stays, as the name would hide it", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const path = join(made.images, "again.jpg");
  await chmod(path, 0o600);
  const plan = await planned(made, { "again.jpg": "drop" }, "--hardlink");
  const end = await applied(made, plan, () => writeFile(path, "edit"));
  expect(end).toMatchObject({ done: 0, left: [{ reason: "it has changed since it was checked" }] });
  expect(await readFile(path, "utf8")).toBe("edit");
});

test("an undo tells where the bytes are gone because the file that stayed was written to, and takes another equal", async () => {
  const made = await makeReports({ groups: [[...GROUP, { path: "third.jpg", content: "same" }]] });
  const before = await folderState(made.images);
  await chmod(join(made.images, "keep.jpg"), 0o600);
  await applied(made, await planned(made, { "again.jpg": "drop" }, "--hardlink"));
  await writeFile(join(made.images, "keep.jpg"), "edit");
  expect(await takenBack(made)).toMatchObject({ restored: 1, kept: [] });
  expect((await folderState(made.images))["again.jpg"]).toBe(before["again.jpg"]);

  await applied(made, await planned(made, { "smaller2.jpg": "drop" }, "--hardlink"));
  await chmod(join(made.images, "smaller.jpg"), 0o600);
  await writeFile(join(made.images, "smaller.jpg"), "edit");
  expect(await takenBack(made)).toMatchObject({
    restored: 0,
    kept: [{ reason: expect.stringContaining("no file has its bytes") }],
  });
});

test("a file that was laid into the place of the name is not overwritten by an undo", async () => {
  const made = await makeReports({ groups: [GROUP] });
  await applied(made, await planned(made, { "again.jpg": "drop" }, "--hardlink"));
  const path = join(made.images, "again.jpg");
  await rm(path);
  await writeFile(path, "a new one");
  expect(await takenBack(made)).toMatchObject({
    restored: 0,
    kept: [{ reason: "another file has come into its place" }],
  });
  expect(await readFile(path, "utf8")).toBe("a new one");
});
