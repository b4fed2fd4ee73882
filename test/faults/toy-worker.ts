import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished } from "vitest";
import { TOY_VERSIONS, type ToyFleet } from "../support/toy-fleet.ts";
import type { ToyWorkerOptions } from "../support/toy-worker-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** In these tests, so that what is lost is found soon. */
export const SHORT_LEASE_S = 2;

export interface WorkerProcess {
  readonly pid: number;
  readonly stderr: () => string;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }>;
  kill(signal: NodeJS.Signals): void;
}

export interface ToyProcessOptions extends Partial<Omit<ToyWorkerOptions, "folder">> {
  readonly flags?: readonly string[];
  /** Milliseconds that its wall clock is ahead. */
  readonly clockShift?: number;
  /** Another Redis than the fleet's. */
  readonly url?: string;
}

/** `npm run worker` with toys for tasks, as a process of its own; it goes when the test ends. */
export function startToyWorker(fleet: ToyFleet, options: ToyProcessOptions = {}): WorkerProcess {
  const { flags = [], clockShift = 0, url = fleet.server.url, ...toy } = options;
  const config = join(fleet.folder, "config.json");
  writeFileSync(config, JSON.stringify({ fleet: { leaseSeconds: SHORT_LEASE_S } }));
  const json = JSON.stringify({ folder: fleet.folder, versions: TOY_VERSIONS, ...toy });
  const script = ["src/start/start.mjs", "test/support/toy-worker-process.ts", json];
  const child = spawn(
    process.execPath,
    ["--import", "./test/support/shifted-clock.mjs", ...script, "--config", config, ...flags],
    { cwd: ROOT, env: { ...process.env, TWINSIFT_FLEET: url, CLOCK_SHIFT_MS: `${clockShift}` } },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const told = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    told.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    told.stderr += chunk;
  });
  const ended = new Promise<Awaited<WorkerProcess["ended"]>>((resolve) => {
    child.on("close", (exitCode) => resolve({ exitCode, ...told }));
  });
  return { pid: pidOf(child), stderr: () => told.stderr, ended, kill: (signal) => void child.kill(signal) };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("The worker did not start");
  return pid;
}

/** How often a process began a task, and which. */
export async function startedTasks(fleet: ToyFleet): Promise<readonly { pid: number; text: string }[]> {
  const text = await readFile(join(fleet.folder, "started.txt"), "utf8").catch(() => "");
  const lines = text.split("\n").filter(Boolean);
  return lines.map((line) => ({ pid: Number(line.split(" ")[0]), text: line.slice(line.indexOf(" ") + 1) }));
}

export async function untilStarted(fleet: ToyFleet, { pid }: WorkerProcess): Promise<void> {
  await expect
    .poll(async () => (await startedTasks(fleet)).some((task) => task.pid === pid), { timeout: 20_000 })
    .toBe(true);
}
