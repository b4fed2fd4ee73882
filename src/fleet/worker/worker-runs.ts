import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "#base/pipeline-error.ts";
import { type FleetPlan, planKey, type TaskHandlers, WorkerUnfit } from "#fleet/fleet-plan.ts";
import { announcedRun } from "#fleet/queue/announcements.ts";
import type { JobData } from "#fleet/queue/fleet-queues.ts";
import type { FleetRedis } from "#fleet/queue/redis-connection.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { PlanNotFound } from "#fleet/storage/open-storage.ts";
import { SHOWN_WITHIN_MS } from "#fleet/storage/shown-late.ts";

/** Runs whose models and features a worker keeps in memory. */
const KEPT_RUNS = 2;
const LOOK_EVERY_MS = 1000;

export interface WorkerRunsOptions {
  readonly redis: FleetRedis;
  readonly openStorage: (plan: FleetPlan) => Promise<FleetStorage>;
  readonly openHandlers: (plan: FleetPlan, storage: FleetStorage) => Promise<TaskHandlers>;
  /** A line for the person who runs it. */
  readonly tell: (line: string) => void;
  /** Shorter in tests. */
  readonly shownWithinMilliseconds?: number;
}

/** What a task needs of its run. */
export interface WorkerRun {
  readonly plan: FleetPlan;
  readonly storage: FleetStorage;
  readonly handlers: TaskHandlers;
}

interface OpenRun {
  readonly opening: Promise<WorkerRun>;
  users: number;
}

/** The run is over: nobody waits for its tasks. */
export class RunOver extends Error {}

/** The runs that a worker has tasks of, the latest of them open. */
export class WorkerRuns {
  readonly #options: WorkerRunsOptions;
  /** Least recently used first. */
  readonly #open = new Map<string, OpenRun>();

  constructor(options: WorkerRunsOptions) {
    this.#options = options;
  }

  /**
   * @param work is given the run, which stays open meanwhile
   * @throws WorkerUnfit where the plan of the run is not in the storage as this machine sees it
   * @throws RunOver
   */
  async use<Value>(job: JobData, work: (run: WorkerRun) => Promise<Value>): Promise<Value> {
    const known = this.#open.get(job.run) ?? { opening: this.#opened(job), users: 0 };
    this.#open.delete(job.run);
    this.#open.set(job.run, known);
    known.users++;
    try {
      return await work(await known.opening);
    } catch (error) {
      // the next task of the run may find it
      await known.opening.catch(() => this.#open.get(job.run) === known && this.#open.delete(job.run));
      // what a run had in storage goes with it: who comes late must not take that for a disk that is gone
      if (error instanceof WorkerUnfit && !(await announcedRun(this.#options.redis.client, job.run)))
        throw new RunOver();
      throw error;
    } finally {
      known.users--;
      await this.#closeOld();
    }
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(closed));
  }

  async #closeOld(): Promise<void> {
    const unused = [...this.#open].filter(([, { users }]) => users === 0);
    for (const [run, open] of unused.slice(0, Math.max(0, this.#open.size - KEPT_RUNS))) {
      this.#open.delete(run);
      await closed(open);
    }
  }

  async #opened(job: JobData): Promise<WorkerRun> {
    const { redis, openStorage, openHandlers } = this.#options;
    const plan = await announcedRun(redis.client, job.run);
    if (!plan) throw new RunOver();
    const storage = await this.#whenShown(plan, () => openStorage(plan));
    try {
      await this.#whenShown(plan, () => checkPlan(plan, storage));
      return { plan, storage, handlers: await openHandlers(plan, storage) };
    } catch (error) {
      await storage.close();
      throw error;
    }
  }

  /** Tries until it succeeds, or the plan of a run that goes on must have been seen by now. */
  async #whenShown<Value>(plan: FleetPlan, attempt: () => Promise<Value>): Promise<Value> {
    const { redis, tell, shownWithinMilliseconds = SHOWN_WITHIN_MS } = this.#options;
    const end = performance.now() + shownWithinMilliseconds;
    let isTold = false;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(await announcedRun(redis.client, plan.run))) throw new RunOver();
        // credentials that are wrong, or a right that is missing, stay so
        if (!(error instanceof PlanNotFound) || performance.now() > end)
          throw new WorkerUnfit(messageOf(error), { cause: error });
        if (!isTold)
          tell(
            `${error.message}. Looking for ${Math.round(shownWithinMilliseconds / 1000)} s, as a network folder may show it late`,
          );
        isTold = true;
      }
      await pause(LOOK_EVERY_MS);
    }
  }
}

async function checkPlan(plan: FleetPlan, storage: FleetStorage): Promise<void> {
  const found = await runIn(storage, planKey(plan.space));
  if (found === plan.run) return;
  const place = `Expected the plan of run ${plan.run} in storage ${storage.name}, found ${found ?? "none"}`;
  throw new PlanNotFound(`${place}: does this machine have the same folder mounted? --storage says where`);
}

async function runIn(storage: FleetStorage, key: string): Promise<string | undefined> {
  const bytes = await storage.read(key);
  if (!bytes) return undefined;
  try {
    return String((JSON.parse(Buffer.from(bytes).toString()) as FleetPlan).run);
  } catch {
    return "something else";
  }
}

async function closed({ opening }: OpenRun): Promise<void> {
  const run = await opening.catch(() => undefined);
  if (!run) return;
  try {
    await run.handlers.close();
  } finally {
    await run.storage.close();
  }
}
