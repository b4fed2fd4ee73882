import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "#artifacts/make-folder.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { publishDraft, startDraft } from "#artifacts/whole-folder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("writeWholeFile() leaves the file as it was when the content breaks off", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "report.csv");
  await writeWholeFile(file, ["whole"]);
  function* broken() {
    yield "half";
    throw new Error("no more");
  }
  await expect(writeWholeFile(file, broken())).rejects.toThrow(/Cannot write ".*report.csv": no more/);
  expect(await readFile(file, "utf8")).toBe("whole");
  expect(await readdir(folder)).toEqual(["report.csv"]);
});

test("publishDraft() replaces a folder, and a run that ended between its renames is mended by the next", async () => {
  const reports = join(await temporaryFolder(), "reports");
  for (const version of ["1", "2"]) {
    const draft = await startDraft(reports, "run.json");
    await writeFile(join(draft, "run.json"), version);
    await publishDraft(reports);
    expect(await readFile(join(reports, "run.json"), "utf8")).toBe(version);
  }
  await rename(reports, `${reports}.previous`);
  await startDraft(reports, "run.json");
  expect(await readFile(join(reports, "run.json"), "utf8")).toBe("2");
});

test("startDraft() refuses to stand for a folder that is somebody else's", async () => {
  const reports = join(await temporaryFolder(), "reports");
  await mkdir(reports);
  await expect(startDraft(reports, "run.json")).resolves.toBe(`${reports}.draft`);
  await writeFile(join(reports, "mine.txt"), "");
  await expect(startDraft(reports, "run.json")).rejects.toThrow(/not of this program \(no run.json\)/);
});

test.skipIf(process.platform !== "linux")(
  "makeFolder() ends with an error where Node's own mkdir never would",
  async () => {
    await expect(makeFolder("/proc/twinsift/output")).rejects.toThrow(/ENOENT/);
    const folder = join(await temporaryFolder(), "a/b/c");
    await makeFolder(folder);
    await makeFolder(folder);
    expect(await readdir(folder)).toEqual([]);
  },
);
