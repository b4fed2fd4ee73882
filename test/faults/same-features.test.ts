import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { ComputeDevice } from "#device/compute-device.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { findModel } from "#settings/find-model.ts";
import { drawPicture } from "../support/pictures.ts";
import { hasSoftwareGpu, SOFTWARE_GPU } from "../support/software-gpu.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TINY_PRESET } from "../support/tiny-model.ts";

/** Features of unit length lie so far apart at most, whatever computes them in whatever batches: thresholds are given to a hundredth. */
const MOST_APART = 1e-5;

/** The model that comes with the program, by the preset that it comes with. */
const { file, preset } = findModel({ model: "twinsift-copy-1", preset: null, presets: {} });
const DISTINCT = 3;

/** Three pictures, and each a second time a little darker, as pixels of a model. */
async function drawnPixels(): Promise<Uint8Array[]> {
  const { width, height } = preset;
  const pictures = Array.from({ length: 2 * DISTINCT }, (_, i) => {
    const picture = drawPicture(i % DISTINCT, { width, height });
    return i < DISTINCT ? picture : picture.linear(0.9, 3);
  });
  return Promise.all(pictures.map(async (picture) => new Uint8Array(await picture.removeAlpha().raw().toBuffer())));
}

/** Pairs within the preset's threshold. */
function pairsOf(features: readonly Float32Array[]): string[] {
  const near = (a: number, b: number) => apart(features[a], features[b]) <= preset.threshold;
  return features.flatMap((_, b) => [...Array(b).keys()].filter((a) => near(a, b)).map((a) => `${a}-${b}`));
}

function apart(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, f) => value - b[f]));
}

/** Embeds pictures in batches. */
async function inBatches(
  pictures: readonly Uint8Array[],
  batch: number,
  embed: (pixels: readonly Uint8Array[]) => Promise<Float32Array>,
): Promise<Float32Array[]> {
  const features: Float32Array[] = [];
  for (let first = 0; first < pictures.length; first += batch) {
    const some = pictures.slice(first, first + batch);
    const found = await embed(some);
    const dim = found.length / some.length;
    for (const i of some.keys()) features.push(found.slice(i * dim, (i + 1) * dim));
  }
  return features;
}

async function onCpu(pictures: readonly Uint8Array[], batch: number): Promise<Float32Array[]> {
  const model = await FeatureModel.open(file, { ...preset, batch }, { device: "cpu" });
  try {
    return await inBatches(pictures, batch, (some) => model.embed(Buffer.concat(some)));
  } finally {
    await model.close();
  }
}

let pictures: Uint8Array[];
let expected: Float32Array[];
beforeAll(async () => {
  pictures = await drawnPixels();
  expected = await onCpu(pictures, 8);
});

function expectTheSame(features: readonly Float32Array[]): void {
  for (const [i, feature] of features.entries()) expect(apart(feature, expected[i])).toBeLessThanOrEqual(MOST_APART);
  expect(pairsOf(features)).toEqual(pairsOf(expected));
  expect(pairsOf(features).length).toBeGreaterThanOrEqual(DISTINCT);
}

test.each([1, 4, 32])("the CPU gives the same features and pairs in batches of %i", async (batch) => {
  expectTheSame(await onCpu(pictures, batch));
});

/** A device in software, started once. */
let device: ComputeDevice | undefined;
async function webgpuDevice(): Promise<ComputeDevice> {
  Object.assign(process.env, SOFTWARE_GPU);
  device ??= (await ComputeDevice.start("webgpu", { onGone: () => undefined })).device;
  return device;
}
afterAll(() => device?.close());

// batches of 32 are those of test/end-to-end/device.test.ts: a device in software takes 10 s for one
test.runIf(hasSoftwareGpu).each([1, 4])(
  "WebGPU gives the features and pairs of the CPU in batches of %i",
  { timeout: 200_000 },
  async (batch) => {
    const webgpu = await webgpuDevice();
    const place = { device: webgpu.name, file, preset: { ...preset, batch }, shelf: undefined };
    await webgpu.call("openModel", place);
    const found = await inBatches(pictures, batch, async (some) => {
      return (await webgpu.call("embed", { place, pictures: some }))?.answer.features ?? new Float32Array(0);
    });
    expectTheSame(found);
  },
);

test.runIf(hasSoftwareGpu)(
  "a model with an operator that WebGPU lacks runs there all the same: the CPU computes that one",
  async () => {
    const webgpu = await webgpuDevice();
    const selu = join(await temporaryFolder(), "selu.onnx");
    const graph = new GraphBuilder("selu").input("picture", "float32", ["n", 3, 16, 16]);
    graph.node("AveragePool", ["picture"], ["cells"], { kernel_shape: [4, 4], strides: [4, 4] });
    graph.node("Selu", ["cells"], ["bent"]);
    graph.node("AveragePool", ["bent"], ["feature"], { kernel_shape: [2, 2], strides: [2, 2] });
    await writeFile(selu, graph.output("feature", "float32", ["n", 3, 2, 2]).finish());
    const tiny = { ...preset, ...TINY_PRESET, output: "feature" };
    const place = { device: webgpu.name, file: selu, preset: tiny, shelf: undefined };
    await webgpu.call("openModel", place);
    const random = new SeededRandom(5);
    const noise = [1, 2, 3].map(() => Uint8Array.from({ length: 3 * 16 * 16 }, () => random.integer(0, 256)));
    const found = (await webgpu.call("embed", { place, pictures: noise }))?.answer.features;
    const model = await FeatureModel.open(selu, tiny, { device: "cpu" });
    const cpu = await model.embed(Buffer.concat(noise));
    await model.close();
    expect(found?.length).toBe(cpu.length);
    expect(apart(cpu, found as Float32Array)).toBeLessThanOrEqual(MOST_APART);
  },
);
