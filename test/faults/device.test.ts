import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatFeatureArray, parseFeatureHeader } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { shapedFeatures } from "../support/random-features.ts";
import { readGroups } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { hasSoftwareGpu, SOFTWARE_GPU } from "../support/software-gpu.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const VECTORS = 2000;
const SIZE = { width: 160, height: 120 };

/** Vectors in a folder, and what a run of them on a device gives. */
async function madeVectors() {
  const root = await temporaryFolder();
  const features = join(root, "features");
  await mkdir(features);
  const matrix = shapedFeatures({ rows: VECTORS, dim: 64, seed: 7, scale: 1, rank: 16 });
  const ids = Array.from({ length: VECTORS }, (_, i) => `picture ${i}.jpg`);
  await writeFile(join(features, "0000.object_ids.npy"), formatUnicodeArray(ids));
  await writeFile(join(features, "0000.features.npy"), formatFeatureArray(matrix));
  return async (device: string, options: Parameters<typeof runPipelineCommand>[1] = {}) => {
    const output = join(root, device);
    const flags = ["--features", features, "--threshold", "0.3", "--device", device, "--output", output];
    const result = await runPipelineCommand([...flags, "--log-format", "json"], options);
    const read = async (name: string) => readFile(join(output, "reports", name), "utf8").catch(() => undefined);
    const run = JSON.parse((await read("run.json")) ?? "{}");
    return { ...result, output, run, pairs: await read("pairs.csv"), groups: await read("groups.json") };
  };
}

/** The process that owns the device of a run. */
function deviceProcessOf(run: number): number | undefined {
  const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const isIt = (pid: string) => {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("device-process")) return false;
      return readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) \S /s, "")
        .startsWith(`${run} `);
    } catch {
      return false;
    }
  };
  const pid = numbers.find(isIt);
  return pid === undefined ? undefined : Number(pid);
}

function killAtOnce(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it is gone
  }
}

/** Whether all vectors were read: they are being compared then. */
function hasRead(output: string): boolean {
  try {
    const [folder] = readdirSync(join(output, "runs"));
    return readFileSync(join(output, "runs", folder, "log.ndjson"), "utf8").includes('"stage":"read"');
  } catch {
    return false;
  }
}

test.runIf(hasSoftwareGpu)(
  "2,000 vectors searched with WebGPU give the same pairs and groups as the CPU, also where the device is killed in the middle",
  { timeout: 300_000 },
  async () => {
    const run = await madeVectors();
    const cpu = await run("cpu");
    expect(cpu.run.device).toBe("cpu");
    expect(cpu.run.search.pairs_found).toBeGreaterThan(500);
    const webgpu = await run("webgpu", { env: SOFTWARE_GPU });
    expect(webgpu.exitCode).toBe(0);
    expect(webgpu.run.device).toBe("webgpu");
    expect([webgpu.pairs, webgpu.groups, webgpu.run.search]).toEqual([cpu.pairs, cpu.groups, cpu.run.search]);

    let killed: number | undefined;
    const interruptWhen = (pid: number) => {
      killed ??= hasRead(webgpu.output) ? deviceProcessOf(pid) : undefined;
      if (killed !== undefined) killAtOnce(killed);
      return false;
    };
    await rm(webgpu.output, { recursive: true });
    const bereft = await run("webgpu", { env: SOFTWARE_GPU, interruptWhen });
    expect(killed).toBeDefined();
    expect([bereft.exitCode, bereft.run.device]).toEqual([0, expect.stringMatching(/cpu$/)]);
    expect(bereft.stderr).toContain("The run goes on with the CPU: webgpu is gone, its process ended (SIGKILL)");
    expect([bereft.pairs, bereft.groups, bereft.run.search]).toEqual([cpu.pairs, cpu.groups, cpu.run.search]);
  },
);

test.runIf(hasSoftwareGpu)(
  "12 pictures extracted with WebGPU have the features of the CPU but for 1e-5, and the same groups",
  { timeout: 300_000 },
  async () => {
    const root = await temporaryFolder();
    const files: Record<string, Buffer> = {};
    for (let i = 0; i < 8; i++) files[`${i}.jpg`] = await drawPicture(i, SIZE).jpeg({ quality: 90 }).toBuffer();
    for (let i = 0; i < 4; i++) files[`copy of ${i}.jpg`] = await drawPicture(i, SIZE).resize(90).jpeg().toBuffer();
    await writeFiles(join(root, "images"), files);
    const run = async (device: string) => {
      const output = join(root, device);
      const flags = ["--images", join(root, "images"), "--views", "none", "--device", device, "--output", output];
      const result = await runPipelineCommand(flags, { env: SOFTWARE_GPU });
      expect([result.exitCode, result.stderr]).toEqual([0, expect.not.stringContaining("CPU")]);
      const { device: used } = JSON.parse(await readFile(join(output, "reports", "run.json"), "utf8"));
      expect(used).toBe(device);
      const bytes = await readFile(join(output, "index", "0000.features.npy"));
      const { dataOffset, dim } = parseFeatureHeader(bytes, bytes.length, "features");
      const features = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + dataOffset, bytes.byteOffset + bytes.length),
      );
      return { features, dim, groups: await readGroups(output) };
    };
    const [cpu, webgpu] = [await run("cpu"), await run("webgpu")];
    expect(cpu.groups.length).toBe(4);
    expect(webgpu.groups).toEqual(cpu.groups);
    const squares = new Float64Array(12);
    for (const [i, value] of cpu.features.entries())
      squares[Math.floor(i / cpu.dim)] += (value - webgpu.features[i]) ** 2;
    expect(Math.sqrt(Math.max(...squares))).toBeLessThanOrEqual(1e-5);
  },
);

test.runIf(process.platform === "linux")(
  "a named device without a driver is an error that says what it needs; auto goes on with the CPU",
  async () => {
    const run = await madeVectors();
    const env = { VK_DRIVER_FILES: "/nonexistent" };
    const { exitCode, stderr } = await run("webgpu", { env });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/Device \\"webgpu\\" does not start: .*; it needs .*Vulkan.*; or use --device cpu/);
    const auto = await run("auto", { env });
    expect(auto.exitCode).toBe(0);
    expect(auto.run.device).toBe("cpu");
  },
);
