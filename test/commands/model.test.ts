import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { runCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TINY_PRESET, writeTinyModel } from "../support/tiny-model.ts";

const model = (...args: string[]) => runCommand("src/commands/model.ts", args);

test("model check says what a file is, finds its preset by SHA-256 whatever its name, and runs it", async () => {
  const file = join(await temporaryFolder(), "renamed.onnx");
  await cp("config/builtin/twinsift-copy-1.onnx", file);
  const { exitCode, stdout } = await model("check", file);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/2\.2 MB, SHA-256 648df834/);
  expect(stdout).toMatch(/input {3}"image" float32 \[n, 3, 80, 80\]: any number of pictures/);
  expect(stdout).toMatch(/Preset twinsift-copy-1, found by its SHA-256/);
  expect(stdout).toMatch(/feature "features": 256 numbers, [\d.]+ ms a picture/);
});

test("model check finds a preset of the config file by the file's name, and says that any size will do", async () => {
  const folder = await temporaryFolder();
  const graph = new GraphBuilder("open").input("picture", "float32", ["n", 3, "h", "w"]);
  graph.node("GlobalAveragePool", ["picture"], ["cells"]).output("cells", "float32", ["n", 3, 1, 1]);
  await writeFile(join(folder, "open.onnx"), graph.finish());
  const presets = { mine: { ...TINY_PRESET, files: ["open.onnx"], unverified: ["everything"] } };
  await writeFile(join(folder, "twinsift.json"), JSON.stringify({ presets }));
  const { stdout } = await model("check", join(folder, "open.onnx"), "--config", join(folder, "twinsift.json"));
  expect(stdout).toMatch(/any number of pictures, any size: the preset's is used/);
  expect(stdout).toMatch(/Preset mine, found by its file name/);
  expect(stdout).toMatch(/not verified: everything/);
});

test("model check proposes a preset for an unknown file that a config file takes as it is", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "unknown.onnx");
  const graph = new GraphBuilder("classifier").input("x", "float32", ["n", 3, 32, 32]);
  graph.node("Relu", ["x"], ["places"]).node("GlobalAveragePool", ["places"], ["pooled"]);
  graph.node("Softmax", ["pooled"], ["scores"], { axis: 1 }).output("scores", "float32", ["n", 1000, 1, 1]);
  await writeFile(file, graph.finish());
  const { exitCode, stdout } = await model("check", file);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/"pooled": what the last GlobalAveragePool gives\n.*"places", pool mean/);
  expect(stdout).toMatch(/With it, a run gave\n {2}feature "pooled", within the graph: 3 numbers/);
  const json = /\n(\{\n[\s\S]*?\n\})\n/.exec(stdout)?.[1] as string;
  await writeFile(join(folder, "twinsift.json"), json);
  const again = await model("check", file, "--config", join(folder, "twinsift.json"), "--json");
  const found = JSON.parse(again.stdout);
  const preset = { name: "unknown", foundBy: "sha256", output: "pooled" };
  expect(found).toMatchObject({ schema: "twinsift/model@1", preset, run: { dim: 3 }, problem: null });
  expect(found.outputs).toEqual([{ name: "scores", type: "float32", shape: ["n", 1000, 1, 1] }]);
});

test("model check tries a tensor that is named, averages it where it must, and names the nearest of one that is not there", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "tiny.onnx");
  await writeTinyModel(file);
  await writeFile(join(folder, "twinsift.json"), JSON.stringify({ presets: { tiny: TINY_PRESET } }));
  const tryTensor = (...args: string[]) =>
    model("check", file, "--config", join(folder, "twinsift.json"), "--preset", "tiny", "--output-tensor", ...args);
  expect((await tryTensor("cells")).stdout).toMatch(/Preset tiny, as named\n.*feature "cells", pool mean: 3 numbers/);
  expect((await tryTensor("cells", "--pool", "flatten")).stdout).toMatch(/"cells", pool flatten: 48 numbers/);
  const gone = await tryTensor("cell");
  expect(gone.exitCode).toBe(1);
  expect(gone.stdout).toMatch(/Preset tiny/);
  expect(gone.stderr).toMatch(/expected an output named "cell", found "cells"/);
});

test("names that a terminal would obey are shown without their power", async () => {
  const file = join(await temporaryFolder(), "evil.onnx");
  const graph = new GraphBuilder("evil").input("x\u001b[2J", "float32", ["n", 3, 8, 8]);
  graph.node("Relu", ["x\u001b[2J"], ["y\u0007"]).output("y\u0007", "float32", ["n", 3, 8, 8]);
  await writeFile(file, graph.finish());
  const { stdout, stderr } = await model("check", file, "--preset", "resnet-50");
  expect(stdout).toMatch(/input {3}"x\ufffd\[2J"/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come
  expect(stdout + stderr).not.toMatch(/[\u001b\u0007]/);
});

test.each<[string[], number, RegExp]>([
  [["check", "package.json"], 1, /Cannot load model "package.json": .*expected an ONNX file/],
  [["check", "gone.onnx"], 2, /Found no model file "gone.onnx"/],
  [["check"], 2, /missing required argument/],
  [["chek", "a.onnx"], 2, /Did you mean check\?/],
  [["check", "a.onnx", "--prest", "b"], 2, /Did you mean --preset\?/],
  [["check", "config/builtin/twinsift-copy-1.onnx", "--preset", "mobilenet-v9"], 2, /did you mean "mobilenet-v2"/],
  [[], 2, /Expected a command, check or list/],
])("model %j ends with exit code %i and says why", async (args, code, message) => {
  const { exitCode, stderr } = await model(...args);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(code);
});

test("model list shows every preset, where its threshold is from, and where to fetch it", async () => {
  const { exitCode, stdout } = await model("list");
  expect(exitCode).toBe(0);
  for (const name of ["mobilenet-v3-large", "efficientnet-lite0", "resnet-50", "dinov2-small", "clip-vit-b32"]) {
    expect(stdout).toMatch(new RegExp(`^${name} +\\d+ +[\\d.]+ \\(a guess\\)`, "m"));
  }
  expect(stdout).toMatch(/^sscd-disc-mixup +512 +0.707 \(published\)/m);
  expect(stdout).not.toMatch(/source unknown/);
  const presets = JSON.parse((await model("list", "--json")).stdout);
  const listed = JSON.parse(await readFile("config/presets/resnet-50.json", "utf8"));
  expect(presets.find(({ name }: { name: string }) => name === "resnet-50")).toMatchObject(listed);
});
