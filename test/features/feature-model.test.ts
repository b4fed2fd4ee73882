import { join } from "node:path";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { Embedder } from "#features/embedder.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { findModel } from "#settings/find-model.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TINY_PRESET, writeTinyModel } from "../support/tiny-model.ts";

function tinyPreset(changes: Partial<ModelPreset> = {}): ModelPreset {
  const base = {
    name: "tiny",
    about: "",
    files: [],
    layout: "nchw",
    channels: "rgb",
    resize: "squash",
    kernel: "lanczos3",
    views: [],
  } as const;
  return { ...base, ...TINY_PRESET, mean: [0, 0, 0], deviation: [255, 255, 255], normalize: true, ...changes };
}

function randomPixels(pictures: number, seed = 1): Uint8Array {
  const random = new SeededRandom(seed);
  return Uint8Array.from({ length: pictures * 16 * 16 * 3 }, () => random.integer(0, 256));
}

test("FeatureModel.embed() averages cells as computed by hand, at unit length", async () => {
  const file = join(await temporaryFolder(), "tiny.onnx");
  await writeTinyModel(file);
  const model = await FeatureModel.open(file, tinyPreset(), { device: "cpu" });
  expect([model.dim, model.batch]).toEqual([48, 8]);
  const pixels = randomPixels(3);
  const expected: number[] = [];
  for (let picture = 0; picture < 3; picture++) {
    const cells: number[] = [];
    for (let channel = 0; channel < 3; channel++) {
      for (let cell = 0; cell < 16; cell++) {
        let sum = 0;
        for (let i = 0; i < 16; i++) {
          const [y, x] = [Math.floor(cell / 4) * 4 + Math.floor(i / 4), (cell % 4) * 4 + (i % 4)];
          sum += pixels[((picture * 16 + y) * 16 + x) * 3 + channel] / 255 / 16;
        }
        cells.push(sum);
      }
    }
    const length = Math.hypot(...cells);
    expected.push(...cells.map((value) => value / length));
  }
  const features = await model.embed(pixels);
  expect(features).toHaveLength(3 * 48);
  for (const [i, value] of expected.entries()) expect(features[i]).toBeCloseTo(value, 6);
});

test("FeatureModel.embed() gives a picture the same feature whatever stands beside it, to the bit", async () => {
  const { file, preset } = findModel({ model: "twinsift-copy-1", preset: null, presets: {} });
  const model = await FeatureModel.open(file, preset, { device: "cpu" });
  const area = preset.width * preset.height * 3;
  const random = new SeededRandom(3);
  const pictures = Uint8Array.from({ length: 5 * area }, () => random.integer(0, 256));
  const together = await model.embed(pictures);
  for (let picture = 0; picture < 5; picture++) {
    const alone = await model.embed(pictures.slice(picture * area, (picture + 1) * area));
    expect(alone).toEqual(together.slice(picture * model.dim, (picture + 1) * model.dim));
  }
});

test("FeatureModel takes float16 models of a fixed batch", async () => {
  const file = join(await temporaryFolder(), "half.onnx");
  await writeTinyModel(file, { type: "float16", batch: 1 });
  const half = await FeatureModel.open(file, tinyPreset(), { device: "cpu" });
  expect(half.batch).toBe(1);
  await writeTinyModel(file);
  const full = await FeatureModel.open(file, tinyPreset(), { device: "cpu" });
  const [a, b] = [await half.embed(randomPixels(1)), await full.embed(randomPixels(1))];
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(1e-3);
});

test.each<[Partial<ModelPreset>, RegExp]>([
  [
    { input: "image" },
    /does not fit preset "tiny": expected one input named "image", found "picture" float32 \[n, 3, 16, 16\]/,
  ],
  [{ output: "features" }, /expected an output named "features", found "cells"/],
  [{ width: 32 }, /expected an input of shape \[N, 3, 16, 32\], found "picture" float32 \[n, 3, 16, 16\]/],
  [{ layout: "nhwc" }, /expected an input of shape \[N, 16, 16, 3\]/],
])("Embedder.open() says how a model misfits its preset: %j", async (changes, message) => {
  const file = join(await temporaryFolder(), "tiny.onnx");
  await writeTinyModel(file);
  await expect(Embedder.open(file, tinyPreset(changes), { device: "cpu", processors: 2 })).rejects.toThrow(message);
});
