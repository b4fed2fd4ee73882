import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FleetPlan } from "#fleet/fleet-plan.ts";
import { connectRedis, type FleetRedis } from "#fleet/queue/redis-connection.ts";
import { openTaskQueue } from "#fleet/queue/task-queue.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { runWorker } from "#fleet/worker/run-worker.ts";
import { startRedis } from "../support/redis-server.ts";
import { tinyStorage } from "../support/tiny-storage.ts";
import type { MeasuredCosts } from "./fleet-model.ts";

const WINDOW = 512;
const LEASE_SECONDS = 30;
const DEALT_MS = 3000;
const VERSIONS = { bench: "1" };

/** What Redis and BullMQ take of a task that is nothing else: time with one worker, and memory while it waits. */
export async function queueCosts(): Promise<MeasuredCosts["queue"]> {
  const server = await startRedis();
  const folder = mkdtempSync(join(tmpdir(), "twinsift-bench-queue-"));
  const storage = tinyStorage(folder);
  const [planner, worker] = [await connectRedis(server.url, () => undefined), await connectRedis(server.url, tell)];
  const plan: FleetPlan = {
    ...{ run: randomUUID(), host: "bench", started: new Date().toISOString(), versions: VERSIONS },
    ...{ storage: { kind: "folder", root: folder }, space: "fleet/" },
  };
  const queue = await openTaskQueue({ redis: planner, plan, storage, window: WINDOW, tell: () => undefined });
  try {
    const empty = await usedBytes(planner);
    const names = Array.from({ length: WINDOW }, (_, i) => `compare-${i.toString(16).padStart(64, "0")}`);
    const all = Promise.all(names.map((name) => queue.run("compare", name, Buffer.from(name))));
    await pause(DEALT_MS);
    const bytesPerJob = ((await usedBytes(planner)) - empty) / WINDOW;
    const start = performance.now();
    const stop = new AbortController();
    const working = work(worker, storage, stop.signal);
    await all;
    const secondsPerTask = (performance.now() - start) / 1000 / WINDOW;
    stop.abort();
    await working;
    return { secondsPerTask, bytesPerJob };
  } finally {
    await queue.close();
    await Promise.all([planner.close(), worker.close()]);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A worker whose tasks are nothing, one at a time. */
function work(redis: FleetRedis, storage: FleetStorage, stop: AbortSignal) {
  const nothing = async (specification: Uint8Array) => specification;
  return runWorker({
    ...{ redis, stop, giveBack: new AbortController().signal, versions: VERSIONS, leaseSeconds: LEASE_SECONDS },
    ...{ concurrency: { embed: 1, compare: 1 }, idleSeconds: null, onTask: () => undefined, tell },
    openStorage: async () => storage,
    openHandlers: async () => ({ tasks: { embed: nothing, compare: nothing }, close: async () => undefined }),
  });
}

async function usedBytes({ client }: FleetRedis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]);
}

function tell(line: string): void {
  console.error(line);
}
