import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ByteShelf, writeBytes } from "#base/byte-shelf.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { openEmbedder } from "#device/open-embedder.ts";
import { RunDevice } from "#device/run-device.ts";
import { Embedder } from "#features/embedder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TINY_PRESET, writeTinyModel } from "../support/tiny-model.ts";

const MODULE = new URL("../support/cpu-device-process.ts", import.meta.url);
const PICTURES = 200;
const BYTES = 16 * 16 * 3;

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  delete process.env.FAIL_DEVICE;
  for (const close of closers.splice(0).reverse()) await close();
});

/** A run whose device fails as asked, and a shelf for its pictures. */
async function made(fails?: string) {
  if (fails !== undefined) process.env.FAIL_DEVICE = fails;
  const preset = { ...TINY_PRESET, name: "tiny", layout: "nchw", channels: "rgb", mean: [0, 0, 0] } as const;
  const shelf = ByteShelf.open(BYTES, PICTURES);
  closers.push(() => shelf.close());
  const notes: string[] = [];
  const run = new RunDevice("webgpu", (line) => notes.push(line), MODULE);
  closers.push(() => run.close());
  const whole = { ...preset, deviation: [255, 255, 255], resize: "squash", normalize: true };
  return { run, notes, shelf, preset: whole as unknown as ModelPreset };
}

/** Pictures of noise, half of them on a shelf; their features by the CPU, and by a device that fails as asked. */
async function embedded({ fails, batch }: { fails?: string; batch?: number } = {}) {
  const { run, notes, shelf, preset } = await made(fails);
  const file = join(await temporaryFolder(), "tiny.onnx");
  await writeTinyModel(file, batch === undefined ? {} : { batch });
  const random = new SeededRandom(3);
  const pictures = Array.from({ length: PICTURES }, (_, i) => {
    const pixels = Uint8Array.from({ length: BYTES }, () => random.integer(0, 256));
    if (i % 2 === 0) return pixels;
    const place = shelf.take();
    writeBytes(shelf.file, pixels, place);
    return place;
  });
  const cpu = await Embedder.open(file, preset, { device: "cpu", processors: 1, shelf });
  closers.push(() => cpu.close());
  const device = await openEmbedder(run, { file, preset }, { processors: 1, expected: PICTURES, shelf });
  closers.push(() => device.close());
  const all = async (embedder: Pick<Embedder, "batch" | "embed">) => {
    const batches: Promise<Float32Array>[] = [];
    for (let i = 0; i < PICTURES; i += embedder.batch)
      batches.push(embedder.embed(pictures.slice(i, i + embedder.batch)));
    return (await Promise.all(batches)).flatMap((features) => [...features]);
  };
  return { expected: await all(cpu), found: await all(device), notes, run, device };
}

test.each([undefined, "to see files"])(
  "pictures are embedded by a device's process, where it fails %s too",
  async (fails) => {
    const { found, expected, notes, run, device } = await embedded(fails === undefined ? {} : { fails });
    expect(device.batch).toBe(64);
    expect(found).toEqual(expected);
    expect(notes).toEqual([]);
    expect(run.used).toBe("webgpu");
  },
);

test("a device without room for a batch gets halves of it, each told of once", async () => {
  const { found, expected, notes, run } = await embedded({ fails: "for want of memory" });
  expect(found).toEqual(expected);
  expect(notes).toEqual(
    [64, 32, 16, 8].map(
      (batch) => `webgpu failed with ${batch} pictures at once (Failed to allocate memory): going on with ${batch / 2}`,
    ),
  );
  expect(run.used).toBe("webgpu");
});

test.each([
  ["by dying", {}, ["The run goes on with the CPU: webgpu is gone, its process ended (SIGKILL)"]],
  [
    "by an error",
    { batch: 32 },
    ["webgpu failed with 32 pictures at once (DXGI_ERROR_DEVICE_REMOVED): going on with the CPU"],
  ],
  ["with the model", {}, ["The model runs on the CPU: webgpu cannot run it (Unsupported data type)"]],
])("a device that fails %s is told of once, and the CPU embeds the rest", async (fails, options, lines) => {
  const { found, expected, notes, run } = await embedded({ fails, ...options });
  expect(found).toEqual(expected);
  expect(notes).toEqual(lines);
  expect(run.used).toMatch(/cpu$/);
});

test("a file that is no model is an error, and nothing is blamed on the device", async () => {
  const { run, notes, shelf, preset } = await made();
  const file = join(await temporaryFolder(), "no-model.onnx");
  await writeFile(file, "no model");
  const opening = openEmbedder(run, { file, preset }, { processors: 1, expected: PICTURES, shelf });
  await expect(opening).rejects.toThrow(/no-model.onnx/);
  expect(notes).toEqual([]);
});
