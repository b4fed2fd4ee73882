// npm run worker with toys for tasks: toy-worker-process.ts JSON […flags]
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { WorkerUnfit } from "#fleet/fleet-plan.ts";
import { endProcess } from "#terminal/end-process.ts";
import { runFleetWorker } from "../../src/commands/run-fleet-worker.ts";
import { tinyStorage } from "./tiny-storage.ts";

export interface ToyWorkerOptions {
  readonly folder: string;
  readonly versions: Readonly<Record<string, string>>;
  /** What a task takes. */
  readonly milliseconds?: number;
  /** So long nothing else happens in the process, at its first task. */
  readonly blockMilliseconds?: number;
  /** Why it cannot do any task. */
  readonly unfit?: string;
}

const [json = "{}", ...flags] = process.argv.slice(2);
const options = JSON.parse(json) as ToyWorkerOptions;
let tasks = 0;

/** Every start is a line in `started.txt`. */
async function work(specification: Uint8Array): Promise<Uint8Array> {
  appendFileSync(join(options.folder, "started.txt"), `${process.pid} ${Buffer.from(specification)}\n`);
  if (options.unfit !== undefined) throw new WorkerUnfit(options.unfit);
  const block = new Int32Array(new SharedArrayBuffer(4));
  if (++tasks === 1 && options.blockMilliseconds) Atomics.wait(block, 0, 0, options.blockMilliseconds);
  await pause(options.milliseconds ?? 0);
  return Uint8Array.from(specification).reverse();
}

endProcess(
  runFleetWorker(flags, {
    versions: options.versions,
    openStorage: async () => tinyStorage(options.folder),
    openHandlers: async () => ({ tasks: { embed: work, compare: work }, close: async () => undefined }),
  }),
);
