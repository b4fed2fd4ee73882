import { appendFile, copyFile, mkdir, readdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
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
