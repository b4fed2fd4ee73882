import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, expect, test } from "vitest";
import { rowsOf } from "#data/feature-matrix.ts";
import { PairCollector } from "#data/pair-list.ts";
import { ComputeDevice } from "#device/compute-device.ts";
import { RunDevice } from "#device/run-device.ts";
import type { Device } from "#onnx/session.ts";
import { Searcher } from "#search/searcher.ts";
import { oraclePairs, pairTexts } from "../support/brute-force.ts";
import { shapedFeatures } from "../support/random-features.ts";

const MODULE = new URL("../support/cpu-device-process.ts", import.meta.url);
const FEATURES = shapedFeatures({ rows: 900, dim: 40, seed: 2, scale: 1, rank: 10 });

const searcher = new Searcher(2);
afterAll(() => searcher.close());

let device: RunDevice | undefined;
afterEach(async () => {
  delete process.env.FAIL_DEVICE;
  await device?.close();
});

function runDevice(asked: Device, fails?: string) {
  if (fails !== undefined) process.env.FAIL_DEVICE = fails;
  const notes: string[] = [];
  const opened = new RunDevice(asked, (line) => notes.push(line), MODULE);
  device = opened;
  return { device: opened, notes };
}

async function searchedPairs(device: RunDevice): Promise<string[]> {
  const shards = [0, 150, 300, 450, 600, 750].map((first) => rowsOf(FEATURES, first, first + 150));
  const readShard = async (shard: number) => shards[shard];
  const options = { threshold: 0.3, blockRows: 64, readShard, fitFromRows: 0, fewRows: 0 };
  const found = new PairCollector();
  const search = searcher.allPairs({ ...options, tiles: () => device.tiles });
  for await (const part of search.add(shards.map((features) => ({ features })))) found.addAll(part.toPairs());
  return pairTexts(found.toList());
}

test("a search whose tiles a device's process computes finds all pairs", async () => {
  const { device, notes } = runDevice("webgpu");
  await device.open();
  expect(device.used).toBe("cpu");
  expect(await searchedPairs(device)).toEqual(oraclePairs(FEATURES, 0.3));
  expect(device.used).toBe("webgpu");
  expect(notes).toEqual([]);
});

test.each([
  ["by dying", "The run goes on with the CPU: webgpu is gone, its process ended (SIGKILL)"],
  ["by an error", "The search goes on with the CPU: webgpu failed (DXGI_ERROR_DEVICE_REMOVED)"],
])("a device that fails %s in the middle of a search is told of once, and no pair is lost", async (fails, line) => {
  const { device, notes } = runDevice("webgpu", fails);
  await device.open();
  expect(await searchedPairs(device)).toEqual(oraclePairs(FEATURES, 0.3));
  expect(notes).toEqual([line]);
  expect(device.used).toBe("webgpu, then cpu");
});

test.each([
  ["at start", /^Device "webgpu" does not start: its process ended .*; it needs .*Vulkan.*; or use --device cpu$/],
  ["in numbers", /^Device "webgpu" does not start: it gave wrong numbers; it needs/],
])("a device named by the user that fails %s is an error that says what it needs", async (fails, message) => {
  const { device } = runDevice("webgpu", fails);
  await expect(device.open()).rejects.toThrow(message);
  expect(device.tiles).toBeUndefined();
});

test.runIf(process.platform === "linux" && process.arch === "x64").each([
  [undefined, "cuda", "Computing on cuda, which multiplies matrices 2.0 times as fast as the CPU"],
  [
    "by being slow",
    undefined,
    "Computing on the CPU: cuda multiplies matrices 3.0 times slower; webgpu multiplies matrices 3.0 times slower",
  ],
  ["in numbers", undefined, "Computing on the CPU: cuda: it gave wrong numbers; webgpu: it gave wrong numbers"],
])("auto with devices that fail %s takes %s and says why", async (fails, name, line) => {
  // so that a device may be there
  process.env.VK_DRIVER_FILES ??= "/nonexistent";
  const { device, notes } = runDevice("auto", fails);
  expect((await device.open())?.name).toBe(name);
  expect(notes).toEqual([line]);
});

test("a device that hangs is ended and told of; calls that wait find it gone", async () => {
  process.env.FAIL_DEVICE = "by hanging";
  const reasons: string[] = [];
  const options = { onGone: (reason: string) => reasons.push(reason), module: MODULE, callSeconds: 0.3 };
  const { device: hanging } = await ComputeDevice.start("webgpu", options);
  expect(hanging.isThere).toBe(true);
  const calls = [hanging.call("dropShards", undefined), hanging.call("dropShards", undefined)];
  expect(await Promise.all(calls)).toEqual([undefined, undefined]);
  expect(reasons).toEqual(["no answer for 0.3 s"]);
  expect(hanging.isThere).toBe(false);
  await hanging.close();
});

test("a run that ends while a device starts does not wait for it, and tells nothing of it", async () => {
  process.env.VK_DRIVER_FILES ??= "/nonexistent";
  const { device, notes } = runDevice("auto", "by hanging at start");
  device.want();
  await setTimeout(200);
  const start = performance.now();
  await device.close();
  expect(performance.now() - start).toBeLessThan(5000);
  expect([device.used, notes]).toEqual(["cpu", []]);
});

test("CoreML, which may compute in half precision, computes no tiles; the CPU starts nothing", async () => {
  const { device: coreml } = runDevice("coreml");
  await coreml.open();
  expect(coreml.tiles).toBeUndefined();
  await coreml.close();
  const { device: cpu, notes } = runDevice("cpu", "at start");
  expect(await cpu.open()).toBeUndefined();
  expect(cpu.used).toBe("cpu");
  expect(notes).toEqual([]);
});
