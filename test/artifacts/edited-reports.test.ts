import {
  appendFile,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { editedReports, moveEdited } from "#artifacts/edited-reports.ts";
import { writeReport } from "#artifacts/report-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function writtenReports(): Promise<string> {
  const folder = await temporaryFolder();
  const reports = [
    await writeReport(folder, "groups.csv", ["a,b\n1,2\n"]),
    await writeReport(folder, "pairs.csv", ["c"]),
  ];
  await writeFile(join(folder, "run.json"), JSON.stringify({ reports }));
  return folder;
}

async function namesOf(folder: string): Promise<string[]> {
  return (await editedReports(folder)).map(({ name }) => name);
}

test("reports that nobody has changed are nobody's work, also when they were copied or touched", async () => {
  const folder = await writtenReports();
  expect(await namesOf(folder)).toEqual([]);
  await copyFile(join(folder, "groups.csv"), join(folder, ".copy"));
  await rename(join(folder, ".copy"), join(folder, "groups.csv"));
  await utimes(join(folder, "pairs.csv"), 1, 1);
  await writeFile(join(folder, ".~lock.groups.csv#"), "me");
  expect(await namesOf(folder)).toEqual([]);
  expect(await namesOf(join(folder, "missing"))).toEqual([]);
});

test("what was changed, by a single byte of the same length too, and what was added is a person's work", async () => {
  const folder = await writtenReports();
  await writeFile(join(folder, "groups.csv"), "a,b\n1,3\n");
  await writeFile(join(folder, "groups.xlsx"), "added");
  await mkdir(join(folder, "mine"));
  expect(await namesOf(folder)).toEqual(["groups.csv", "groups.xlsx", "mine"]);
});

test("reports of a run that did not list them are nobody's work, but what lies beside them is", async () => {
  const folder = await writtenReports();
  await writeFile(join(folder, "run.json"), "{}");
  await appendFile(join(folder, "groups.csv"), "x");
  await writeFile(join(folder, "groups.ods"), "added");
  expect(await namesOf(folder)).toEqual(["groups.ods"]);
});

test("a person's work is moved away under its name, and over nothing", async () => {
  const folder = await writtenReports();
  const target = join(await temporaryFolder(), "reviewed/now");
  await writeFile(join(folder, "groups.csv"), "mine");
  await mkdir(target, { recursive: true });
  await writeFile(join(target, "groups.csv"), "earlier");
  expect((await moveEdited(folder, target)).map(({ name }) => name)).toEqual(["groups.csv"]);
  expect(await readFile(join(target, "groups.csv"), "utf8")).toBe("earlier");
  expect(await readFile(join(target, "2.groups.csv"), "utf8")).toBe("mine");
  expect((await readdir(folder)).sort()).toEqual(["pairs.csv", "run.json"]);
});

test("a report in a sub-folder counts as any other, and what a person laid beside it moves with its folders", async () => {
  const folder = await temporaryFolder();
  const names = ["exports/coco/instances.json", "exports/list/paths.txt", "exports/note.txt"];
  const reports = [];
  for (const name of names) reports.push(await writeReport(folder, name, [name]));
  expect(reports.map(({ name }) => name)).toEqual(names);
  await writeFile(join(folder, "run.json"), JSON.stringify({ reports }));
  expect(await namesOf(folder)).toEqual([]);
  await writeFile(join(folder, "exports/coco/instances.json"), "labeled");
  await mkdir(join(folder, "exports/mine/deep"), { recursive: true });
  await writeFile(join(folder, "exports/list/~$paths.txt"), "open in an editor");
  await writeFile(join(folder, "exports/list/labels.csv"), "path,label");
  const found = ["exports/coco/instances.json", "exports/list/labels.csv", "exports/mine"];
  expect(await namesOf(folder)).toEqual(found);
  const target = join(await temporaryFolder(), "reviewed/now");
  await mkdir(join(target, "exports/list"), { recursive: true });
  await writeFile(join(target, "exports/list/labels.csv"), "earlier");
  expect((await moveEdited(folder, target)).map(({ name }) => name)).toEqual(found);
  expect(await readFile(join(target, "exports/coco/instances.json"), "utf8")).toBe("labeled");
  expect(await readFile(join(target, "exports/list/labels.csv"), "utf8")).toBe("earlier");
  expect(await readFile(join(target, "exports/list/2.labels.csv"), "utf8")).toBe("path,label");
  expect(await readdir(join(target, "exports/mine"))).toEqual(["deep"]);
  expect(await namesOf(folder)).toEqual([]);
});

test("a folder in the place of a report, or a link in that of its folder, is a person's work and stays whole", async () => {
  const folder = await temporaryFolder();
  const elsewhere = await temporaryFolder();
  await writeFile(join(elsewhere, "paths.txt"), "mine");
  const reports = [
    await writeReport(folder, "exports/list/paths.txt", ["a"]),
    await writeReport(folder, "a.csv", ["a"]),
  ];
  await writeFile(join(folder, "run.json"), JSON.stringify({ reports }));
  await rm(join(folder, "exports/list"), { recursive: true });
  await symlink(elsewhere, join(folder, "exports/list"));
  await rm(join(folder, "a.csv"));
  await mkdir(join(folder, "a.csv"));
  await symlink(join(elsewhere, "missing"), join(folder, "link"));
  expect(await namesOf(folder)).toEqual(["a.csv", "exports/list", "link"]);
  await moveEdited(folder, join(await temporaryFolder(), "moved"));
  expect(await readFile(join(elsewhere, "paths.txt"), "utf8")).toBe("mine");
});
