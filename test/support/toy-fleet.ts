import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { type FleetPlan, type TaskKind, taskName } from "#fleet/fleet-plan.ts";
import { connectRedis, type FleetRedis } from "#fleet/queue/redis-connection.ts";
import { type FleetTaskQueue, openTaskQueue } from "#fleet/queue/task-queue.ts";
import type { TaskQueueOptions } from "#fleet/queue/task-queue-options.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { runWorker } from "#fleet/worker/run-worker.ts";
import type { RunWorkerOptions, WorkedTask, WorkerEnd } from "#fleet/worker/worker-options.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { tinyStorage } from "./tiny-storage.ts";

export const TOY_VERSIONS = { twinsift: "1", node: "20" };
export const TOY_SPACE = "output/fleet/";

/** A Redis and a storage of a test, with whoever plans and works there; all of it goes when the test ends. */
export class ToyFleet {
  readonly server: RedisServer;
  readonly folder: string;
  readonly storage: FleetStorage;
  /** What planner and workers told. */
  readonly lines: string[] = [];
  readonly worked: WorkedTask[] = [];

  private constructor(server: RedisServer, folder: string) {
    this.server = server;
    this.folder = folder;
    this.storage = tinyStorage(folder);
  }

  /** @param server shared with other tests, one at a time; without it the test gets one of its own */
  static async start(server?: RedisServer): Promise<ToyFleet> {
    if (server) return new ToyFleet(server, await temporaryFolder());
    const own = await startRedis();
    onTestFinished(() => own.stop());
    return new ToyFleet(own, await temporaryFolder());
  }

  async connect(): Promise<FleetRedis> {
    const redis = await connectRedis(this.server.url, (line) => this.lines.push(line));
    onTestFinished(() => redis.close());
    return redis;
  }

  async plan(options: Partial<TaskQueueOptions> & { readonly versions?: Readonly<Record<string, string>> } = {}) {
    const { versions = TOY_VERSIONS, ...rest } = options;
    const queue = await openTaskQueue({
      redis: await this.connect(),
      plan: toyPlan(this.folder, versions),
      storage: this.storage,
      tell: (line) => this.lines.push(line),
      backOffMilliseconds: 10,
      lookMilliseconds: 500,
      ...rest,
    });
    onTestFinished(() => queue.close());
    return queue;
  }

  /** A worker in this process, which ends with the test. */
  async work(options: Partial<RunWorkerOptions> & { readonly work?: Toy } = {}): Promise<ToyWorker> {
    const stop = new AbortController();
    const giveBack = new AbortController();
    const { work = reversed, ...rest } = options;
    const ended = runWorker({
      redis: await this.connect(),
      versions: TOY_VERSIONS,
      openStorage: async () => this.storage,
      openHandlers: async () => ({ tasks: { embed: work, compare: work }, close: async () => undefined }),
      concurrency: { embed: 2, compare: 1 },
      leaseSeconds: 30,
      idleSeconds: null,
      stop: stop.signal,
      giveBack: giveBack.signal,
      onTask: (task) => this.worked.push(task),
      tell: (line) => this.lines.push(line),
      beatMilliseconds: 500,
      restMilliseconds: 10,
      ...rest,
    });
    ended.catch(() => undefined);
    onTestFinished(async () => {
      stop.abort();
      await ended.catch(() => undefined);
    });
    return { ended, stop: () => stop.abort(), giveBack: () => giveBack.abort() };
  }
}

export type Toy = (specification: Uint8Array) => Promise<Uint8Array>;

export interface ToyWorker {
  readonly ended: Promise<WorkerEnd>;
  stop(): void;
  giveBack(): void;
}

function toyPlan(root: string, versions: Readonly<Record<string, string>>): FleetPlan {
  const started = "2030-01-01T00:00:00.000Z";
  return { run: randomUUID(), host: "planner", started, storage: { kind: "folder", root }, space: TOY_SPACE, versions };
}

export const reversed: Toy = async (specification) => Uint8Array.from(specification).reverse();

export function toyName(kind: TaskKind, specification: string): string {
  return taskName(kind, Buffer.from(specification));
}

export function runToy(queue: FleetTaskQueue, specification: string, kind: TaskKind = "embed") {
  return queue.run(kind, toyName(kind, specification), Buffer.from(specification));
}
