import { existsSync } from "node:fs";
import { chmod, link, mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderState } from "../support/folder-state.ts";
import { makeReports } from "../support/made-reports.ts";
import type { MadeReports } from "../support/written-reports.ts";
import { applied, planned, takenBack } from "./removal-in-process.ts";

const LONG = `${"é".repeat(125)}x.jpg`;
const HARD_NAMES = [
  "=cmd().png",
  "..png",
  "...",
  "-rf *.png",
  "new\nline.png",
  "cr\r\n.png",
  "quo\"te's $HOME `x`.png",
  "back\\slash.png",
  "🐟\u2028\u202egnp.png",
  "<script>alert(1)</script>/a.png",
  "journal.ndjson",
  " blanks ",
  "1e5",
  LONG,
  `${"deep/".repeat(60)}end.png`,
  "A.png",
  "a.png",
];

test("names of any kind go and come back, in folders of their own", async () => {
  expect(Buffer.byteLength(LONG)).toBe(255);
  const copies = HARD_NAMES.map((path) => ({ path, content: "same" }));
  const made = await makeReports({ groups: [[{ path: "keeper.png", content: "same" }, ...copies]] });
  const before = await folderState(made.images);
  const plan = await planned(made, Object.fromEntries(HARD_NAMES.map((name) => [name, "drop"])));
  expect(await applied(made, plan)).toMatchObject({ done: HARD_NAMES.length, left: [] });
  const kept = await folderState(plan.plan.quarantine as string);
  for (const name of HARD_NAMES) expect(kept[name], name).toBe(before[name]);
  expect(await filesOf(made)).toEqual(["keeper.png"]);
  expect(await takenBack(made)).toMatchObject({ restored: HARD_NAMES.length, kept: [] });
  expect(await folderState(made.images)).toEqual(before);
  expect(existsSync(plan.plan.quarantine as string)).toBe(false);
});

const GROUP = [
  { path: "keep.jpg", content: "same" },
  { path: "sub/again.jpg", content: "same" },
];

test("an image that is a symbolic link goes as the link that it is, and what it leads to is not touched", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const [path, outside] = [join(made.images, "sub/again.jpg"), join(made.root, "outside.jpg")];
  await rename(path, outside);
  await symlink("../../outside.jpg", path);
  const [before, whole] = [await folderState(made.images), await readFile(outside, "utf8")];
  const plan = await planned(made, { "sub/again.jpg": "drop" });
  expect(await applied(made, plan)).toMatchObject({ done: 1, left: [] });
  expect(Object.values(await folderState(plan.plan.quarantine as string))).toContain(before["sub/again.jpg"]);
  expect(await filesOf(made)).toEqual(["keep.jpg"]);
  expect(await readFile(outside, "utf8")).toBe(whole);
  await takenBack(made);
  expect(await folderState(made.images)).toEqual(before);
});

test.each<[string, (path: string) => Promise<unknown>]>([
  ["was written to", (path) => writeFile(path, "edit")],
  ["was replaced", (path) => rm(path).then(() => writeFile(path, "new one"))],
  ["is gone", (path) => rm(path)],
  ["became a folder", async (path) => rm(path).then(() => mkdir(path))],
])("a file stays that %s after it was planned, and so does one whose keeper did", async (_, change) => {
  for (const changed of ["sub/again.jpg", "keep.jpg"]) {
    const made = await makeReports({ groups: [GROUP] });
    await chmod(join(made.images, changed), 0o600);
    const plan = await planned(made, { "sub/again.jpg": "drop" });
    const state = async () => change(join(made.images, changed)).then(() => folderState(made.images));
    let before = {};
    const end = await applied(made, plan, async () => {
      before = await state();
    });
    expect(end).toMatchObject({ done: 0, left: [{ id: "sub/again.jpg" }] });
    expect(await folderState(made.images)).toEqual(before);
    expect(await takenBack(made)).toMatchObject({ restored: 0, kept: [], lost: [] });
    expect(await folderState(made.images)).toEqual(before);
  }
});

test("a file that was only touched goes, and comes back with its new time", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const plan = await planned(made, { "sub/again.jpg": "drop" });
  expect(await applied(made, plan, () => utimes(join(made.images, "sub/again.jpg"), 7, 7))).toMatchObject({ done: 1 });
  await takenBack(made);
  expect((await folderState(made.images))["sub/again.jpg"]).toMatch(/ 7000000000$/);
});

test("what stands in the quarantine already is not overwritten, and the file stays", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  const plan = await planned(made, { "sub/again.jpg": "drop" });
  const target = plan.removals[0].target as string;
  const end = await applied(made, plan, async () => {
    await mkdir(join(target, ".."), { recursive: true });
    await writeFile(target, "somebody's");
  });
  expect(end).toMatchObject({ done: 0, left: [{ reason: expect.stringContaining("stands at") }] });
  expect(await readFile(target, "utf8")).toBe("somebody's");
  await takenBack(made);
  expect(await folderState(made.images)).toEqual(before);
  expect(await readFile(target, "utf8")).toBe("somebody's");
});

test("of two hard links one goes and comes back as another name of the same file", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const [keep, again] = ["keep.jpg", "sub/again.jpg"].map((name) => join(made.images, name));
  await rm(again);
  await link(keep, again);
  const before = await folderState(made.images);
  expect(await applied(made, await planned(made, { "sub/again.jpg": "drop" }))).toMatchObject({ done: 1 });
  expect(await filesOf(made)).toEqual(["keep.jpg"]);
  await takenBack(made);
  expect(await folderState(made.images)).toEqual(before);
});

test("an undo tells what is not in the quarantine any more, and what was changed there, and makes anew what has an equal", async () => {
  const groups = [GROUP, ["b.jpg", "b2.jpg"].map((path) => ({ path, content: `b of ${path}` }))];
  const made = await makeReports({ groups });
  const before = await folderState(made.images);
  const plan = await planned(made, { "sub/again.jpg": "drop", "b2.jpg": "drop" });
  await applied(made, plan);
  const [again, other] = plan.removals.map(({ target }) => target as string);
  await rm(again);
  await chmod(other, 0o600);
  await writeFile(other, "changed");
  expect(await takenBack(made)).toMatchObject({ restored: 1, kept: [{ reason: "it was changed in the quarantine" }] });
  expect((await folderState(made.images))["sub/again.jpg"]).toBe(before["sub/again.jpg"]);
  await rm(other);
  const again2 = await takenBack(made);
  expect(again2).toMatchObject({
    restored: 0,
    kept: [{ reason: expect.stringContaining("it is not in the quarantine") }],
  });
});

test("an undo makes folders anew that are gone, and goes into none that is a link now", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  await applied(made, await planned(made, { "sub/again.jpg": "drop" }));
  const sub = join(made.images, "sub");
  await rm(sub, { recursive: true });
  await mkdir(join(made.root, "elsewhere"));
  await symlink(join(made.root, "elsewhere"), sub);
  expect(await takenBack(made)).toMatchObject({ kept: [{ reason: "a link leads from its folder elsewhere now" }] });
  expect(await readdir(join(made.root, "elsewhere"))).toEqual([]);
  await rm(sub);
  expect(await takenBack(made)).toMatchObject({ restored: 1, kept: [] });
  expect(await folderState(made.images)).toEqual(before);
});

async function filesOf({ images }: MadeReports): Promise<string[]> {
  const entries = Object.entries(await folderState(images));
  return entries.flatMap(([path, state]) => (state.startsWith("folder") ? [] : [path]));
}

test("a quarantine that cannot be made is told, and leaves nothing begun that would stand in the way", async () => {
  const made = await makeReports({ groups: [GROUP] });
  const before = await folderState(made.images);
  await writeFile(join(made.root, "file"), "");
  const plan = await planned(made, { "sub/again.jpg": "drop" }, "--quarantine", join(made.root, "file/quarantine"));
  await expect(applied(made, plan)).rejects.toThrow(/Cannot make ".*": ENOTDIR.*; choose another --quarantine/);
  expect(await folderState(made.images)).toEqual(before);
  expect(await takenBack(made)).toBeUndefined();
});
