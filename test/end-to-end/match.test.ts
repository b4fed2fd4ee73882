import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { readGroups, readReport } from "../support/read-report.ts";
import { runCommand, runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TINY_PRESET, writeTinyModel } from "../support/tiny-model.ts";

/** One picture as PNG, as lossless WebP and as a darker JPEG; one of its own; two of one colour and one of another. */
async function dataSet(settings: Record<string, unknown> = {}) {
  const root = await temporaryFolder();
  const picture = await drawPicture(3, { width: 240, height: 180 }).png().toBuffer();
  const plain = (background: string) => sharp({ create: { width: 60, height: 40, channels: 3, background } });
  await writeFiles(join(root, "images"), {
    "a.png": picture,
    "b.webp": await sharp(picture).webp({ lossless: true }).toBuffer(),
    "c.jpg": await sharp(picture).linear(0.9, 0).jpeg({ quality: 90 }).toBuffer(),
    "d.png": await drawPicture(8, { width: 240, height: 180 }).png().toBuffer(),
    "gray.png": await plain("#808080").png().toBuffer(),
    "gray.webp": await plain("#808080").webp({ lossless: true }).toBuffer(),
    "grayer.png": await plain("#828282").png().toBuffer(),
  });
  return { root, output: await runOn(root, settings) };
}

/** Runs on root/images and returns the output folder. */
async function runOn(root: string, settings: Record<string, unknown> = {}): Promise<string> {
  await writeTinyModel(join(root, "tiny.onnx"));
  const config = join(root, "twinsift.json");
  // everything is a pair: only looking tells copies from others
  const made = { images: ["images"], model: "tiny.onnx", threshold: 10, candidates: 0 };
  const presets = { tiny: { ...TINY_PRESET, files: ["tiny.onnx"] } };
  await writeFile(config, JSON.stringify({ ...made, presets, ...settings }));
  const output = join(root, "out");
  const { exitCode, stderr } = await runPipelineCommand(["--config", config, "--output", output]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return output;
}

test("pairs say how their pictures match, and only copies are grouped", async () => {
  const { root, output } = await dataSet();
  const pairs = await readReport(output, "pairs");
  expect(pairs).toHaveLength(21);
  const told = pairs.filter(({ match }) => match !== "similar").map((pair) => [pair.path_a, pair.path_b, pair.match]);
  expect(told).toEqual([
    ["a.png", "b.webp", "same-pixels"],
    ["a.png", "c.jpg", "copy"],
    ["b.webp", "c.jpg", "copy"],
    ["gray.png", "gray.webp", "same-pixels"],
  ]);
  expect(await readGroups(output)).toEqual([
    ["c.jpg", "a.png", "b.webp"],
    ["gray.png", "gray.webp"],
  ]);

  const truth = join(root, "truth.csv");
  await writeFile(truth, "path_a,path_b\nb.webp,a.png\na.png,c.jpg\na.png,d.png\n");
  const { exitCode, stdout } = await runCommand("src/commands/evaluate.ts", [truth, "--output", output, "--json"]);
  expect(exitCode).toBe(0);
  const { "same-pixels": samePixels, copy, similar } = JSON.parse(stdout);
  expect(samePixels).toMatchObject({ found: 2, known: 3, right: 1, precision: 0.5, recall: 1 / 3 });
  expect(copy).toMatchObject({ found: 4, right: 2, precision: 0.5, recall: 2 / 3 });
  expect(similar).toMatchObject({ found: 21, right: 3, recall: 1 });
  expect((await runCommand("src/commands/evaluate.ts", [truth, "--output", output])).stdout).toMatch(
    /copy or better +4 +2 +3 +0\.5000 +0\.6667/,
  );
});

test("pictures that show nothing, of one pixel or one line, and animations each have a defined match", async () => {
  const root = await temporaryFolder();
  const plain = (width: number, height: number, background: string) =>
    sharp({ create: { width, height, channels: 4, background } });
  const lossless = (image: Sharp) => image.webp({ lossless: true }).toBuffer();
  const frames = await Promise.all(
    [3, 8].map((seed) => drawPicture(seed, { width: 120, height: 90 }).png().toBuffer()),
  );
  const still = await sharp(frames[0]).gif().toBuffer();
  await writeFiles(join(root, "images"), {
    "dot.png": await plain(1, 1, "#205080").png().toBuffer(),
    "dot.webp": await lossless(plain(1, 1, "#205080")),
    "line.png": await plain(1, 10_000, "#205080").png().toBuffer(),
    "line.webp": await lossless(plain(1, 10_000, "#205080")),
    "clear.png": await plain(60, 40, "#00000000").png().toBuffer(),
    "clear.webp": await lossless(plain(60, 40, "#00000000")),
    "white.png": await plain(60, 40, "white").png().toBuffer(),
    "moving.gif": await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer(),
    "still.gif": still,
  });
  const output = await runOn(root);
  const told = (await readReport(output, "pairs")).filter(({ match }) => match !== "similar");
  expect(told.map(({ path_a, path_b, match }) => [path_a, path_b, match])).toEqual([
    ["clear.png", "clear.webp", "same-pixels"],
    ["clear.png", "white.png", "same-pixels"],
    ["clear.webp", "white.png", "same-pixels"],
    ["dot.png", "dot.webp", "same-pixels"],
    ["line.png", "line.webp", "same-pixels"],
    ["moving.gif", "still.gif", "same-pixels"],
  ]);
});

test("evaluate tells what is wrong with its files and flags", async () => {
  const root = await temporaryFolder();
  const truth = join(root, "truth.csv");
  await writeFile(truth, "left,right\na,b\n");
  const wrong = await runCommand("src/commands/evaluate.ts", [truth]);
  expect(wrong).toMatchObject({ exitCode: 1 });
  expect(wrong.stderr).toMatch(/truth.csv", line 1: found the columns left,right, expected path_a,path_b among them/);
  expect(await runCommand("src/commands/evaluate.ts", ["--mach", "copy", truth])).toMatchObject({ exitCode: 2 });
});

test("cluster.match similar groups all pairs", async () => {
  const { output } = await dataSet({ cluster: { match: "similar" } });
  expect(await readGroups(output)).toHaveLength(1);
  const run = JSON.parse(await readFile(join(output, "reports/run.json"), "utf8"));
  expect(run.stages.map(({ name }: { name: string }) => name)).toContain("match");
});
