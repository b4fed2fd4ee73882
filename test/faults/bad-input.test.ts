import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";
import { makeDataSet } from "../support/made-data-set.ts";
import { writeFiles } from "../support/pictures.ts";
import { matrixOf } from "../support/random-features.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Runs with an output folder that holds reports already; gives the last line on stderr, and checks that they are untouched. */
async function failingRun(args: readonly string[], output: string) {
  await writeFiles(output, { "reports/run.json": "{}", "reports/groups.csv": "earlier" });
  const { exitCode, stderr, stdout } = await runPipelineCommand([...args, "--output", output]);
  expect(await readdir(join(output, "reports"))).toEqual(["groups.csv", "run.json"]);
  expect(await readFile(join(output, "reports/groups.csv"), "utf8")).toBe("earlier");
  expect((await readdir(output)).filter((name) => name.includes("draft"))).toEqual([]);
  expect(stdout).toBe("");
  return { exitCode, lastLine: stderr.trim().split("\n").at(-1) };
}

test.each<[string[], number, RegExp]>([
  [["--image", "x"], 2, /unknown option '--image'.*Did you mean --images/],
  [["--threshold", "abc"], 2, /--threshold.*'abc'.*Expected a number/],
  [["--device", "gpu"], 2, /'gpu' is invalid.*auto, cpu, webgpu/],
  [["--candidates", "1.5"], 2, /'1.5' is invalid.*whole number/],
  [["folder"], 2, /too many arguments/],
  [["--images", "/nowhere"], 2, /image folder "\/nowhere".*ENOENT/],
  [["--config", "/nowhere.json"], 2, /config file "\/nowhere.json"/],
  [["--features", "/nowhere", "--threshold", "1"], 2, /features folder "\/nowhere"/],
  [["--images", "a", "--features", "b"], 2, /found both/],
  [["--model", "nothing"], 2, /no model named "nothing"/],
])("the pipeline answers %j with exit code %i and one clear line", async (args, exitCode, message) => {
  const result = await failingRun(args, join(await temporaryFolder(), "out"));
  expect(result.lastLine).toMatch(/^twinsift: /);
  expect(result).toMatchObject({ exitCode, lastLine: expect.stringMatching(message) });
});

test("a wrong config key, label line or model ends the run before anything is written", async () => {
  const { root, config } = await makeDataSet();
  const settings = JSON.parse(await readFile(config, "utf8"));
  const variant = async (changes: object) => {
    await writeFile(join(root, "variant.json"), JSON.stringify({ ...settings, ...changes }));
    return failingRun(["--config", join(root, "variant.json")], join(root, "out"));
  };
  expect(await variant({ tresholds: 1 })).toMatchObject({
    exitCode: 2,
    lastLine: expect.stringMatching(/"tresholds" \(did you mean/),
  });
  await writeFile(join(root, "labels.csv"), "path,label\na,b\nc\n");
  expect(await variant({ labels: "labels.csv" })).toMatchObject({
    exitCode: 2,
    lastLine: expect.stringMatching(/line 3: found 1 cells/),
  });
  const preset = { ...settings.presets.tiny, output: "features" };
  const misfit = /does not fit preset "tiny": expected an output named "features", found "cells"/;
  expect(await variant({ presets: { tiny: preset } })).toMatchObject({
    exitCode: 1,
    lastLine: expect.stringMatching(misfit),
  });
  await writeFile(join(root, "tiny.onnx"), "no model");
  expect(await variant({})).toMatchObject({
    exitCode: 1,
    lastLine: expect.stringMatching(/Cannot load model ".*tiny.onnx"/),
  });
});

test("an empty folder, and one without a single picture, say so", async () => {
  const { root, config } = await makeDataSet();
  await writeFiles(root, { "empty/output/x": "", "texts/a.jpg": "no picture" });
  const settings = JSON.parse(await readFile(config, "utf8"));
  await writeFile(config, JSON.stringify({ ...settings, images: [] }));
  const empty = await failingRun(["--config", config, "--images", join(root, "empty")], join(root, "empty/output"));
  expect(empty).toMatchObject({
    exitCode: 1,
    lastLine: expect.stringMatching(/Expected images in ".*empty", found no file/),
  });
  const texts = await failingRun(["--config", config, "--images", join(root, "texts")], join(root, "out"));
  const reason = /none among 1 files: the first, "a.jpg", Input file contains unsupported image format/;
  expect(texts).toMatchObject({ exitCode: 1, lastLine: expect.stringMatching(reason) });
});

test.each([
  [Number.NaN, /found NaN as feature 1 of "b"/],
  [Number.NEGATIVE_INFINITY, /found -Infinity as feature 1 of "b"/],
])("%f among features ends the run with the row's id", async (value, message) => {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, "0000.features.npy"),
    formatFeatureArray(
      matrixOf([
        [1, 2],
        [3, value],
      ]),
    ),
  );
  await writeFile(join(folder, "0000.object_ids.npy"), formatUnicodeArray(["a", "b"]));
  const result = await failingRun(["--features", folder, "--threshold", "1"], join(folder, "out"));
  expect(result).toMatchObject({ exitCode: 1, lastLine: expect.stringMatching(message) });
});

test("features that do not fit together are refused with the file's name", async () => {
  const folder = await temporaryFolder();
  const write = async (number: string, rows: number[][], ids: string[]) => {
    await writeFile(join(folder, `${number}.features.npy`), formatFeatureArray(matrixOf(rows)));
    await writeFile(join(folder, `${number}.object_ids.npy`), formatUnicodeArray(ids));
  };
  const run = async () => (await failingRun(["--features", folder, "--threshold", "1"], join(folder, "out"))).lastLine;
  expect(await run()).toMatch(/Expected NNNN.features.npy/);
  await write("0000", [[1, 2]], ["a", "b"]);
  expect(await run()).toMatch(/0000.object_ids.npy": found 2 ids beside 1 rows/);
  await write("0000", [[1, 2]], ["a"]);
  await write("0001", [[1, 2, 3]], ["b"]);
  expect(await run()).toMatch(/0001.features.npy": its rows have 3 features, earlier ones 2/);
  await write("0001", [[1, 2]], ["a"]);
  expect(await run()).toMatch(/found object id "a" twice/);
});

test("too many pairs end the run with the count and a threshold that fits", async () => {
  const { root, config } = await makeDataSet();
  const settings = JSON.parse(await readFile(config, "utf8"));
  await writeFile(config, JSON.stringify({ ...settings, threshold: 10, search: { maxPairs: 20 } }));
  const { exitCode, lastLine } = await failingRun(["--config", config], join(root, "out"));
  expect(exitCode).toBe(1);
  const advice = /Found 91 pairs within 10 .*at most 20: --threshold (\S+) would about fit/.exec(lastLine ?? "");
  const fitting = await runPipelineCommand([
    "--config",
    config,
    "--threshold",
    advice?.[1] ?? "",
    "--output",
    join(root, "new"),
  ]);
  expect(fitting.exitCode).toBe(0);
});

test("more unreadable images than allowed end with exit code 4, the reports written", async () => {
  const { root, config } = await makeDataSet();
  const output = join(root, "out");
  const run = (allowed: number) =>
    runPipelineCommand(["--config", config, "--output", output, "--max-unreadable", String(allowed)]);
  expect((await run(2)).exitCode).toBe(0);
  expect((await run(1)).exitCode).toBe(4);
  expect(JSON.parse(await readFile(join(output, "reports/run.json"), "utf8")).exit_code).toBe(4);
});

test("an interrupted run says that it is safe to run again, and leaves the earlier reports", async () => {
  const output = join(await temporaryFolder(), "out");
  await writeFiles(output, { "reports/run.json": "{}" });
  const interruptWhen = () =>
    existsSync(join(output, "index/0000.features.npy.tmp")) || existsSync(join(output, "index/0000.features.npy"));
  const { exitCode, stderr } = await runPipelineCommand(["--output", output], { interruptWhen });
  expect(exitCode).toBe(130);
  expect(stderr).toMatch(/safe to run again/);
  expect((await readdir(output)).sort()).toEqual(["index", "reports", "runs", "sample"]);
  expect(await readdir(join(output, "reports"))).toEqual(["run.json"]);
});

test("--dry-run says what would be done and writes nothing; --help and --version answer", async () => {
  const { root, config } = await makeDataSet();
  const output = join(root, "out");
  const { exitCode, stdout } = await runPipelineCommand(["--config", config, "--output", output, "--dry-run"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /look at 16 files.*: 16 new, 0 changed in size or time, 0 gone,\nbegin a new index,\n.*16 images with tiny.*\n.*120 pairs of vectors at threshold 0.1/,
  );
  expect(await readdir(root)).not.toContain("out");
  const help = await runPipelineCommand(["--help"]);
  expect(help.stdout).toMatch(/--images <folder>/);
  expect((await runPipelineCommand(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
