import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseUnicodeArray } from "#npy/unicode-array.ts";
import { HARD_NAMES, makeDataSet } from "../support/made-data-set.ts";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { hasNumpy, runPython } from "../support/python.ts";
import { readGroups, readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Reports that tell what has changed since the run before. */
const OF_HISTORY = ["changes.csv", "report.html"];

/** Every report but run.json, which holds times, and some others. */
async function reportBytes(output: string, without: readonly string[] = []): Promise<Record<string, string>> {
  const left = ["run.json", ...without];
  const names = (await readdir(join(output, "reports"))).filter((name) => !left.includes(name)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(output, "reports", name), "base64")));
  return Object.fromEntries(names.map((name, i) => [name, contents[i]]));
}

async function runJson(output: string) {
  return JSON.parse(await readFile(join(output, "reports/run.json"), "utf8"));
}

test("the pipeline finds the copies and nothing else, and tells of every file", async () => {
  const { root, config } = await makeDataSet();
  const output = join(root, "out");
  const { exitCode, stdout, stderr } = await runPipelineCommand(["--config", config, "--output", output]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stdout).toMatch(
    /14 images \(14 new, 0 changed, 0 moved, 0 removed\) · 2 groups · 2 duplicates · 12 candidates · 2 unreadable/,
  );
  expect(stderr).toMatch(/extract: 14 images/);

  expect(await readGroups(output)).toEqual([
    ["copies/repost.jpg", "plain/0.jpg"],
    ["plain/1.jpg", "copies/small.jpg"],
  ]);
  const groups = await readReport(output, "groups");
  expect(groups.map(({ role, match, link }) => [role, match, link])).toEqual([
    ["keeper", "", ""],
    ["duplicate", "same-bytes", "direct"],
    ["keeper", "", ""],
    ["duplicate", "copy", "direct"],
  ]);
  expect(groups[3]).toMatchObject({ keep_path: "plain/1.jpg", width: "40", height: "30", decision: "", note: "" });
  expect((await readReport(output, "unreadable")).map(({ path, stage }) => [path, stage])).toEqual([
    ["broken.jpg", "extract"],
    ["notes.txt", "extract"],
  ]);

  const ids = parseUnicodeArray(await readFile(join(output, "index/0000.object_ids.npy")), "ids");
  expect(ids).toEqual(expect.arrayContaining(HARD_NAMES));
  expect(ids).toEqual([...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  const { counts, search, exit_code, model } = await runJson(output);
  expect(counts).toMatchObject({ images: 14, unreadable: 2, groups: 2, duplicates: 2, candidates: 12 });
  expect(search.pairs_total).toBe((14 * 13) / 2);
  const parts = [
    search.pairs_stored,
    search.pairs_skipped_by_block,
    search.pairs_pruned_by_sketch,
    search.pairs_refined,
  ];
  expect(parts.reduce((a, b) => a + b)).toBe(search.pairs_total);
  expect([exit_code, model.name, model.dim]).toEqual([0, "tiny", 48]);
  const [run] = await readdir(join(output, "runs"));
  expect((await readdir(join(output, "runs", run))).sort()).toEqual(["log.ndjson", "run.json"]);
});

test("two runs give the same bytes, whatever the blocks, shards and concurrency", async () => {
  const { root, config } = await makeDataSet();
  const first = join(root, "first");
  await runPipelineCommand(["--config", config, "--output", first, "--quiet"]);
  const other = join(root, "other.json");
  const settings = JSON.parse(await readFile(config, "utf8"));
  await writeFile(
    other,
    JSON.stringify({ ...settings, search: { blockRows: 3 }, index: { shardRows: 5 }, concurrency: 1 }),
  );
  const second = join(root, "second");
  for (let run = 0; run < 2; run++) {
    const { exitCode } = await runPipelineCommand(["--config", other, "--output", second, "--quiet"]);
    expect(exitCode).toBe(0);
    const without = run === 0 ? [] : OF_HISTORY;
    expect(await reportBytes(second, without)).toEqual(await reportBytes(first, without));
  }
  expect(await readReport(second, "changes")).toEqual([]);
  expect((await readdir(join(second, "index"))).filter((name) => name.endsWith("features.npy"))).toHaveLength(3);
});

test("the order of image and reference folders changes nothing; references stay and label", async () => {
  const { root, images, config } = await makeDataSet();
  await writeFiles(join(root, "archive"), {
    "sky/kept.jpg": await readFile(join(images, "plain/0.jpg")),
    "sky/other.jpg": await drawPicture(90).jpeg().toBuffer(),
  });
  await writeFiles(join(root, "more"), { "x.png": await drawPicture(91).png().toBuffer() });
  const settings = JSON.parse(await readFile(config, "utf8"));
  await writeFile(config, JSON.stringify({ ...settings, images: [] }));
  const reports: Record<string, string>[] = [];
  for (const folders of [
    ["images", "more"],
    ["more", "images"],
  ]) {
    const flags = folders.flatMap((folder) => ["--images", join(root, folder)]);
    const output = join(root, `out-${folders[0]}`);
    const { exitCode, stderr } = await runPipelineCommand([
      ...["--config", config, "--output", output, "--reference", join(root, "archive"), ...flags],
    ]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    reports.push(await reportBytes(output));
  }
  expect(reports[0]).toEqual(reports[1]);
  const groups = await readReport(join(root, "out-more"), "groups");
  expect(
    groups.slice(0, 3).map(({ path, role, label, suggested_label }) => [path, role, label, suggested_label]),
  ).toEqual([
    ["archive/sky/kept.jpg", "keeper", "sky", ""],
    ["images/copies/repost.jpg", "duplicate", "", "sky"],
    ["images/plain/0.jpg", "duplicate", "", "sky"],
  ]);
  const candidates = await readReport(join(root, "out-more"), "candidates");
  const paths = candidates.map(({ path }) => path);
  expect(paths).not.toContain("images/plain/0.jpg");
  expect(candidates.every(({ nearest_labeled_path }) => nearest_labeled_path.startsWith("archive/sky/"))).toBe(true);
  expect(candidates.every((row) => Number(row.nearest_labeled_distance) > 0.2)).toBe(true);
});

test.runIf(hasNumpy)(
  "--features takes numpy's files, and the pairs equal a float64 brute force at a threshold that is hit",
  async () => {
    const folder = await temporaryFolder();
    const script = `
import sys, json, numpy as np
rng = np.random.default_rng(7)
x = rng.integers(-3, 4, (500, 24)).astype('<f4') / 4
x[250:] = x[:250]; x[250:, :3] += rng.integers(0, 3, (250, 3)) / np.float32(4)
ids = np.array(['img %03d 🐟.jpg' % i for i in rng.permutation(500)])
for n, (a, b) in enumerate([(0, 200), (200, 500)]):
    np.save(f'{sys.argv[1]}/{n:04d}.object_ids.npy', ids[a:b]); np.save(f'{sys.argv[1]}/{n:04d}.features.npy', x[a:b])
d = np.sqrt(((x[:, None].astype('f8') - x[None]) ** 2).sum(2))
i, j = np.nonzero(np.triu(d <= 0.5, 1))
assert (d[i, j] == 0.5).sum() > 20
print(json.dumps(sorted([*sorted([ids[a], ids[b]]), d[a, b]] for a, b in zip(i, j))))`;
    const expected = runPython(script, folder);
    const output = join(folder, "out");
    const { exitCode, stderr } = await runPipelineCommand([
      "--features",
      folder,
      "--threshold",
      "0.5",
      "--output",
      output,
    ]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const pairs = await readReport(output, "pairs");
    expect(pairs.map(({ path_a, path_b, distance }) => [path_a, path_b, Number(distance)])).toEqual(expected);
    expect(await readdir(output)).not.toContain("index");
  },
);

test("without images, a sample is rendered and its copies are found", async () => {
  const output = join(await temporaryFolder(), "out");
  const { exitCode, stdout } = await runPipelineCommand(["--output", output]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/This was the sample in .*\n.*npm run pipeline -- --images FOLDER/);
  const truth = (await readFile(join(output, "sample/truth.csv"), "utf8")).trim().split("\n").slice(1);
  const copies = (await readReport(output, "pairs")).filter(({ match }) => match !== "similar");
  const pairs = copies.map(({ path_a, path_b }) => [path_a, path_b].sort().join());
  const known = new Set(truth.map((line) => line.split(",").sort().join()));
  const found = pairs.filter((pair) => known.has(pair)).length;
  expect(found / known.size).toBeGreaterThan(0.7);
  expect(found / pairs.length).toBeGreaterThan(0.97);
  const { counts } = await runJson(output);
  expect(counts.images).toBeGreaterThan(190);
  const before = await reportBytes(output, OF_HISTORY);
  expect((await runPipelineCommand(["--output", output])).exitCode).toBe(0);
  expect(await reportBytes(output, OF_HISTORY)).toEqual(before);
});

test("an output folder within the image folder is not scanned", async () => {
  const { images, config } = await makeDataSet();
  const output = join(images, "output");
  for (let run = 0; run < 2; run++) await runPipelineCommand(["--config", config, "--output", output]);
  expect((await runJson(output)).counts).toMatchObject({ images: 14, unreadable: 2 });
});

test("folders of the same name that are not of this program are never replaced", async () => {
  const { root, config } = await makeDataSet();
  const output = join(root, "mine");
  await mkdir(output);
  await writeFiles(output, { "reports/thesis.txt": "years of work" });
  const { exitCode, stderr } = await runPipelineCommand(["--config", config, "--output", output]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/"[^"]*reports" holds files that are not of this program.*choose another --output/);
  expect(await readFile(join(output, "reports/thesis.txt"), "utf8")).toBe("years of work");
});

test("--features takes the index of a run, and passes over rows whose image is gone", async () => {
  const { root, images, config } = await makeDataSet();
  const output = join(root, "out");
  const run = (...args: string[]) => runPipelineCommand(["--config", config, "--output", output, ...args]);
  expect((await run()).exitCode).toBe(0);
  for (const name of ["plain/2.jpg", "plain/3.jpg"]) await rm(join(images, name));
  expect((await run()).exitCode).toBe(0);
  const pairs = await readReport(output, "pairs");
  const again = join(root, "again");
  const args = ["--features", join(output, "index"), "--threshold", "0.1", "--output", again];
  expect((await runPipelineCommand(args)).exitCode).toBe(0);
  const named = (rows: Record<string, string>[]) => rows.map(({ match: _, ...pair }) => pair);
  expect(named(await readReport(again, "pairs"))).toEqual(named(pairs));
  expect(JSON.parse(await readFile(join(again, "reports/run.json"), "utf8")).counts.images).toBe(12);
});
