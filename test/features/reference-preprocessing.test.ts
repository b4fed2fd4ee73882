import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { ModelPreset } from "#data/model-preset.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { decodeImage } from "#images/decode-image.ts";
import { fromFloat16 } from "#onnx/float16.ts";
import { withOutput } from "#onnx/inner-output.ts";
import { openSession, tensorOf } from "#onnx/session.ts";
import { findPreset } from "#settings/find-model.ts";
import { hasPillow, runPythonFile } from "../support/python.ts";
import { runCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

// the material is not part of the project: without it, or without numpy and Pillow, these tests skip
const MATERIAL = resolve("../shared/material");
const hasMaterial = existsSync(join(MATERIAL, "models")) && existsSync(join(MATERIAL, "photos"));

const MODELS = {
  "mobilenet-v1-025": join(MATERIAL, "models/mobilenet_v1_025_224.onnx"),
  "mobilenet-v2": join(MATERIAL, "models/mobilenet_v2_100_224.onnx"),
  "mobilenet-v3-small": join(MATERIAL, "models/mobilenet_v3_small_100_224.onnx"),
  "squeezenet-fp16": join(MATERIAL, "models/squeezenet_fp16.onnx"),
  "twinsift-copy-1": resolve("config/builtin/twinsift-copy-1.onnx"),
};

/** Twenty photos, from all over the folders. */
function somePhotos(): string[] {
  const found = readdirSync(join(MATERIAL, "photos"), { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.sort().filter((_, i) => i % 75 === 37);
}

function unit(values: readonly number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}

/** Means over the places of [1, C, …], or the vector itself. */
function pooled(values: readonly number[], dims: readonly number[]): number[] {
  const places = dims.slice(2).reduce((product, length) => product * length, 1);
  return Array.from({ length: dims[1] }, (_, f) => {
    return values.slice(f * places, (f + 1) * places).reduce((sum, value) => sum + value, 0) / places;
  });
}

/** What the file gives for pictures that numpy and Pillow made ready: by the runtime alone, without the program's ways. */
async function referenceFeatures(model: string, preset: ModelPreset, files: readonly string[]): Promise<number[][]> {
  const out = join(await temporaryFolder(), "inputs");
  const isHalf = preset.name === "squeezenet-fp16";
  runPythonFile("reference-preprocessing.py", { files, preset, out, type: isHalf ? "float16" : "float32" });
  const bytes = readFileSync(out);
  const inputs = isHalf
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
    : new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const content = readFileSync(model);
  const session = await openSession(isHalf ? withOutput(content, preset.output) : content, { device: "cpu" });
  const shape = [1, 3, preset.height, preset.width];
  const size = 3 * preset.height * preset.width;
  const features: number[][] = [];
  for (let i = 0; i < files.length; i++) {
    const part = inputs.slice(i * size, (i + 1) * size);
    const tensor = part instanceof Uint16Array ? tensorOf("float16", part, shape) : tensorOf("float32", part, shape);
    const { data, dims } = (await session.run({ [preset.input]: tensor }, [preset.output]))[preset.output];
    const values = isHalf ? Array.from(data as unknown as Uint16Array, fromFloat16) : [...(data as Float32Array)];
    features.push(unit(pooled(values, dims)));
  }
  return features;
}

test.runIf(hasMaterial && hasPillow).each(Object.entries(MODELS))(
  "features of preset %s are those of the documented preprocessing by numpy and Pillow",
  async (name, file) => {
    const found = findPreset(file, { preset: null, presets: {} });
    expect([found?.preset.name, found?.by]).toEqual([name, "sha256"]);
    const preset = found?.preset as ModelPreset;
    const photos = somePhotos();
    const model = await FeatureModel.open(file, preset, { device: "cpu" });
    const ours: number[][] = [];
    for (const path of photos) {
      const { pixels } = await decodeImage(path, { preset, views: [] }, { maxPixels: 1e8, maxDecodedBytes: 1e9 });
      ours.push([...(await model.embed(pixels))]);
    }
    const theirs = await referenceFeatures(file, preset, photos);
    const apart = ours.map((feature, i) => distance(feature, theirs[i])).sort((a, b) => a - b);
    const changes = ours.flatMap((feature, i) =>
      ours.slice(0, i).map((other, j) => Math.abs(distance(feature, other) - distance(theirs[i], theirs[j]))),
    );
    // measured: medians of 0.009 to 0.017, at most 0.030; distances of pairs change by 0.006 at most
    expect(apart[apart.length >> 1]).toBeLessThan(0.025);
    expect(apart[apart.length - 1]).toBeLessThan(0.04);
    expect(Math.max(...changes)).toBeLessThan(0.01);
  },
);

test.runIf(hasMaterial).each(Object.entries(MODELS))(
  "model check knows %s, and leaves its file as it is",
  async (name, file) => {
    const hash = () => createHash("sha256").update(readFileSync(file)).digest("hex");
    const before = hash();
    const { exitCode, stdout } = await runCommand("src/commands/model.ts", ["check", file, "--json"]);
    expect(exitCode).toBe(0);
    const { preset, run, sha256, problem } = JSON.parse(stdout);
    expect([preset.name, preset.foundBy, run.dim, problem]).toEqual([name, "sha256", preset.dim, null]);
    expect([sha256, hash()]).toEqual([before, before]);
  },
);
