import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { EXPORT_FORMATS } from "#data/export-format.ts";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";
import { HARD_NAMES, makeDataSet } from "../support/made-data-set.ts";
import { without } from "../support/made-proposal.ts";
import { matrixOf } from "../support/random-features.ts";
import { readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ALL = EXPORT_FORMATS.flatMap((format) => ["--export", format]);

/** A made data set, three images of which are labeled. */
async function labeledSet() {
  const { root, images, config } = await makeDataSet();
  const [output, labels] = [join(root, "out"), join(root, "labels.csv")];
  await writeFile(labels, 'path,label\nplain/2.jpg,"a ""b"";yes"\nplain/3.jpg,yes\n007.png,yes\n');
  const run = (...args: string[]) =>
    runPipelineCommand(["--config", config, "--labels", labels, "--output", output, "--dissimilar", "0", ...args]);
  const exports = join(output, "reports/exports");
  const read = (name: string) => readFile(join(exports, name), "utf8");
  return { images, output, exports, run, read };
}

/** The content of every file in a folder, by name. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return Object.fromEntries(files.map((file, i) => [file.slice(folder.length + 1), texts[i]]));
}

test("a run writes all formats at once, of the same candidates in the same order, and the next one the same bytes", async () => {
  const { images, output, exports, run, read } = await labeledSet();
  const first = await run(...ALL);
  expect(first).toMatchObject({ exitCode: 0 });
  const ids = (await readReport(output, "candidates")).map(({ path }) => path);
  expect(ids).toEqual(expect.arrayContaining(without(HARD_NAMES, "7")));
  const tasks = JSON.parse(await read("label-studio/tasks.json"));
  expect(tasks.map(({ data }: { data: { object_id: string } }) => data.object_id)).toEqual(ids);
  const { categories, images: inCoco } = JSON.parse(await read("coco/instances.json"));
  expect(categories.map(({ name }: { name: string }) => name)).toEqual(['a "b"', "yes"]);
  expect(inCoco.map(({ file_name }: { file_name: string }) => file_name)).toEqual(ids.map((id) => join(images, id)));
  for (const { file_name } of inCoco) expect(existsSync(file_name)).toBe(true);
  expect(JSON.parse(await read("fiftyone/samples.json")).samples).toHaveLength(ids.length);
  const listed = without(ids, "\n");
  expect(await read("list/paths.txt")).toBe(listed.map((id) => `${join(images, id)}\n`).join(""));
  expect(await read("yolo/candidates.txt")).toBe(await read("list/paths.txt"));
  expect((await read("cvat/files.txt")).split("\n").slice(0, -1)).toEqual(listed);
  for (const name of ["cvat", "yolo/candidates.txt", "list/paths.txt"])
    expect(first.stderr).toMatch(new RegExp(`Left 1 name of images out of ${name}, .*"new\\\\nline.png"`));
  const { reports } = JSON.parse(await readFile(join(output, "reports/run.json"), "utf8"));
  const names = reports.map(({ name }: { name: string }) => name);
  const before = await contents(exports);
  expect(names).toEqual(expect.arrayContaining(Object.keys(before).map((name) => `exports/${name}`)));
  expect(Object.keys(before)).toHaveLength(13);
  expect(await run(...ALL, "--verify")).toMatchObject({ exitCode: 0 });
  expect(await contents(exports)).toEqual(before);
  expect(existsSync(join(output, "reviewed"))).toBe(false);
});

test("what a person did to an export is kept when the next run replaces it, or writes none", async () => {
  const { output, exports, run } = await labeledSet();
  expect(await run("--export", "coco", "--export", "list")).toMatchObject({ exitCode: 0 });
  await appendFile(join(exports, "coco/instances.json"), "\n");
  const told = await run("--export", "coco");
  expect(told.stderr).toMatch(/"reports\/exports\/coco\/instances\.json" had been changed: it lies in "/);
  expect(await readdir(exports)).toEqual(["coco"]);
  const [kept] = await readdir(join(output, "reviewed"));
  expect(Object.keys(await contents(join(output, "reviewed", kept)))).toEqual(["exports/coco/instances.json"]);
  await writeFile(join(exports, "coco/labels.json"), "mine");
  expect(await run()).toMatchObject({ exitCode: 0 });
  expect(existsSync(exports)).toBe(false);
  const [, second] = (await readdir(join(output, "reviewed"))).sort();
  expect(await contents(join(output, "reviewed", second))).toEqual({ "exports/coco/labels.json": "mine" });
});

test("features are listed by object id, and refused for tools that show pictures", async () => {
  const features = join(await temporaryFolder(), "features");
  await mkdir(features);
  const rows = Array.from({ length: 4 }, (_, i) => [i, 0]);
  await writeFile(join(features, "0000.features.npy"), formatFeatureArray(matrixOf(rows)));
  await writeFile(join(features, "0000.object_ids.npy"), formatUnicodeArray(["a", "b", "c", "d"]));
  const output = join(features, "../out");
  const run = (format: string) =>
    runPipelineCommand(["--features", features, "--threshold", "0.1", "--output", output, "--export", format]);
  const refused = await run("coco");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/found --export coco with --features .*: features come without files/);
  expect(await run("list")).toMatchObject({ exitCode: 0 });
  const listed = await readFile(join(output, "reports/exports/list/paths.txt"), "utf8");
  expect(listed.split("\n").toSorted()).toEqual(["", "a", "b", "c", "d"]);
});

test("an unknown tool is refused and the nearest one named", async () => {
  const { exitCode, stderr } = await runPipelineCommand(["--export", "labelstudio"]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/Found labeling tool "labelstudio" \(did you mean "label-studio"\?\)/);
});

test("paths are absolute where image folders were given relative to the working folder", async () => {
  const { images, output, exports, read } = await labeledSet();
  const { config } = await makeDataSet();
  const relativeImages = relative(process.cwd(), images);
  expect(relativeImages).toMatch(/^\.\./);
  const flags = ["--config", config, "--images", relativeImages, "--output", output, "--export", "list"];
  expect(await runPipelineCommand(flags)).toMatchObject({ exitCode: 0 });
  expect(existsSync(exports)).toBe(true);
  const paths = (await read("list/paths.txt")).split("\n").slice(0, -1);
  expect(paths.length).toBeGreaterThan(5);
  for (const path of paths) expect(path.startsWith(`${images}/`)).toBe(true);
});
