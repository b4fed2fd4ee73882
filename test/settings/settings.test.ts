import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { fingerprint } from "#base/fingerprint.ts";
import { type ModelPreset, preprocessingOf } from "#data/model-preset.ts";
import { allPresets, findModel, findPreset } from "#settings/find-model.ts";
import { readSettings } from "#settings/read-settings.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TINY_PRESET, writeTinyModel } from "../support/tiny-model.ts";

async function config(content: unknown): Promise<string> {
  const file = join(await temporaryFolder(), "twinsift.json");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

test("readSettings() lets flags beat the file and the file beat the defaults", async () => {
  const file = await config({ threshold: 0.3, candidates: 5, search: { blockRows: 7 } });
  const settings = readSettings(file, { candidates: 9, threshold: undefined as never });
  expect(settings).toMatchObject({ threshold: 0.3, candidates: 9, search: { blockRows: 7, maxPairs: 50_000_000 } });
});

test("readSettings() takes paths of a config file relative to that file", async () => {
  const file = await config({ images: ["photos", "/abs"], output: "out", model: "nets/a.onnx", labels: "l.csv" });
  const folder = join(file, "..");
  const { images, output, model, labels } = readSettings(file, {});
  expect([images, output, model, labels]).toEqual([
    [join(folder, "photos"), "/abs"],
    join(folder, "out"),
    join(folder, "nets/a.onnx"),
    [join(folder, "l.csv")],
  ]);
});

test("labels may be one path, several or none", async () => {
  const labelsOf = async (content: object, flags = {}) => readSettings(await config(content), flags).labels;
  expect(await labelsOf({})).toEqual([]);
  expect(await labelsOf({ labels: null })).toEqual([]);
  expect(await labelsOf({ labels: ["/a.csv", "/b"] })).toEqual(["/a.csv", "/b"]);
  expect(await labelsOf({ labels: "/a.csv" }, { labels: ["c.json"] })).toEqual(["c.json"]);
});

test.each([
  [{ treshold: 1 }, /found unknown key "treshold" \(did you mean "threshold"\?\)/],
  [{ search: { blockrows: 1 } }, /found unknown key "search.blockrows" \(did you mean "blockRows"\?\)/],
  [{ threshold: "a" }, /expected "threshold" to be number,null, found "a"/],
  [{ threshold: -1 }, /expected "threshold" to be >= 0, found -1/],
  [{ device: "gpu" }, /expected "device" to be one of auto, cpu, webgpu, cuda, coreml, dml, found "gpu"/],
  [{ presets: { mine: { input: "x" } } }, /to have required property 'output'/],
  ["{ not json", /Cannot read config file ".*" as JSON/],
])("readSettings() says what is wrong with a config file: %j", async (content, message) => {
  const file = await config(content);
  expect(() => readSettings(file, {})).toThrow(message);
});

test("findModel() finds the embedded model, a file by its name, and a file by a preset that is named", async () => {
  const presets = { mine: { ...TINY_PRESET, files: ["tiny.onnx"] } } as never;
  expect(findModel({ model: "twinsift-copy-1", preset: null, presets: {} }).file).toMatch(/config\/builtin\/.*\.onnx$/);
  const folder = await temporaryFolder();
  for (const name of ["tiny.onnx", "other.onnx"]) await writeTinyModel(join(folder, name));
  expect(findModel({ model: join(folder, "tiny.onnx"), preset: null, presets }).preset.name).toBe("mine");
  expect(findModel({ model: join(folder, "other.onnx"), preset: "mine", presets }).preset.name).toBe("mine");
  const unknown = () => findModel({ model: join(folder, "other.onnx"), preset: null, presets });
  expect(unknown).toThrow(/no preset for the model file ".*other.onnx".*mine.*under "presets"/);
});

test("findModel() names the nearest model or preset it knows, and missing files", () => {
  expect(() => findModel({ model: "twinsift-copy", preset: null, presets: {} })).toThrow(
    /did you mean "twinsift-copy-1"/,
  );
  expect(() => findModel({ model: "mobilenet-v2", preset: null, presets: {} })).toThrow(/comes without a model file/);
  expect(() => findModel({ model: "gone.onnx", preset: null, presets: {} })).toThrow(/no model file "gone.onnx"/);
  expect(() => findModel({ model: "gone.onnx", preset: "mobilenet-v9", presets: {} })).toThrow(
    /did you mean "mobilenet-v2"/,
  );
});

test("findPreset() goes by a preset's name, then the file's SHA-256, then its name; the settings' presets come first", async () => {
  const folder = await temporaryFolder();
  const file = join(folder, "mobilenet_v2_100_224.onnx");
  await writeTinyModel(file);
  const sha256 = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  const found = (presets: Record<string, object>, preset: string | null = null) => {
    const { by, preset: chosen } = findPreset(file, { preset, presets: presets as never }) ?? {};
    return [chosen?.name, by];
  };
  expect(found({})).toEqual(["mobilenet-v2", "file name"]);
  const byName = { ...TINY_PRESET, files: ["mobilenet_v2_100_224.onnx"] };
  const byHash = { ...TINY_PRESET, sha256: [sha256] };
  expect(found({ byName })).toEqual(["byName", "file name"]);
  expect(found({ byName, byHash })).toEqual(["byHash", "sha256"]);
  expect(found({ byName, byHash }, "resnet-50")).toEqual(["resnet-50", "name"]);
  expect(findModel({ model: file, preset: null, presets: { byHash } as never })).toMatchObject({ file, sha256 });
});

/** A change here makes every index of these models anew. */
test.each([
  ["twinsift-copy-1", "61d16a94f811a32b5ad01af1f26ce83e0242c81e7703dab52be933f3f910415a"],
  ["mobilenet-v1-025", "a9650d9866c824be52f30df9432147b4e8dc0bf898c4f61cb620a1b236223f36"],
  ["mobilenet-v2", "a9650d9866c824be52f30df9432147b4e8dc0bf898c4f61cb620a1b236223f36"],
  ["mobilenet-v3-small", "a365b2139c769eac44665133788f9c83926825c5298e893c9b42ce8733e8a99d"],
])("preset %s keeps the fingerprint of its preprocessing", (name, expected) => {
  const preset = allPresets({}).find((known) => known.name === name);
  expect(fingerprint(preprocessingOf(preset as ModelPreset))).toBe(expected);
});

test("advice changes no fingerprint, output and pool do", () => {
  const [preset] = allPresets({});
  const print = (changes: Partial<ModelPreset>) => fingerprint(preprocessingOf({ ...preset, ...changes }));
  const advice = {
    about: "a",
    source: "b",
    sha256: [],
    dim: 7,
    thresholdFrom: { measured: "c" },
    unverified: ["d"],
    threshold: 9,
  };
  expect(print(advice)).toBe(print({}));
  expect(new Set([print({}), print({ pool: "flatten" }), print({ output: "other" })]).size).toBe(3);
});

test("config/schema.json is a schema by JSON Schema's own schema, which no start of the program tells", async () => {
  const schema = JSON.parse(await readFile("config/schema.json", "utf8"));
  expect(new Ajv({ allowUnionTypes: true }).validateSchema(schema)).toBe(true);
});
