import { setTimeout as pause } from "node:timers/promises";
import { Queue, QueueEvents } from "bullmq";
import { messageOf } from "#base/pipeline-error.ts";
import type { TaskKind } from "#fleet/fleet-plan.ts";
import { FLEET_PREFIX, type JobData, type JobReturn, queueName, TASK_KINDS } from "#fleet/queue/fleet-queues.ts";
import type { FleetRedis } from "#fleet/queue/redis-connection.ts";

/** A task as it is dealt once; dealt again it is another job. */
export interface DealtJob {
  readonly kind: TaskKind;
  /** No two jobs have the same. */
  readonly id: string;
  readonly data: JobData;
  /** Before those that wait. */
  readonly isUrgent: boolean;
}

export type JobEnd =
  | { readonly isDone: true; readonly told: JobReturn | undefined }
  | { readonly isDone: false; readonly reason: string; readonly isLost: boolean };

interface Outstanding {
  readonly job: DealtJob;
  readonly since: number;
  readonly end: (end: JobEnd) => void;
  /** Looks in a row that found no such job in Redis. */
  missing: number;
}

/** BullMQ's own words for a job whose worker let its lease run out. */
const LOST = "job stalled more than allowable limit";
/** The end of a job and its going away come together, but the news of it takes a moment. */
const MISSING_LOOKS = 2;
/** Results asked for in a look, besides those of missing jobs. */
const RESULTS_A_LOOK = 64;
/** News that Redis keeps: more than can come while a planner reads once. */
const KEPT_EVENTS = 10_000;

const CLOSES_WITHIN_MS = 3000;

export interface DealtJobsOptions {
  readonly redis: FleetRedis;
  readonly versions: Readonly<Record<string, string>>;
  readonly leaseSeconds: number;
  /** Whether the result of a job is in storage. */
  readonly hasResult: (job: DealtJob) => Promise<boolean>;
  readonly tell: (line: string) => void;
}

/** Jobs of a run in Redis, as long as they wait or are being done. What Redis forgets, and news that are missed, are made good by `look`. */
export class DealtJobs {
  readonly #options: DealtJobsOptions;
  readonly #queues: Readonly<Record<TaskKind, Queue<JobData, JobReturn>>>;
  readonly #events: readonly QueueEvents[];
  readonly #outstanding = new Map<string, Outstanding>();
  #next = 0;
  #isTroubled = false;

  private constructor(options: DealtJobsOptions, latest: Readonly<Record<TaskKind, string>>) {
    this.#options = options;
    const { redis, versions } = options;
    const shared = { connection: redis.client, prefix: FLEET_PREFIX };
    const queueOf = (kind: TaskKind) =>
      new Queue<JobData, JobReturn>(queueName(kind, versions), {
        ...shared,
        streams: { events: { maxLen: KEPT_EVENTS } },
        defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true, stackTraceLimit: 0 },
      });
    this.#queues = { embed: queueOf("embed"), compare: queueOf("compare") };
    this.#events = TASK_KINDS.map((kind) => {
      const events = new QueueEvents(queueName(kind, versions), { ...shared, lastEventId: latest[kind] });
      events.on("completed", ({ jobId, returnvalue }) =>
        this.#end(jobId, { isDone: true, told: returnvalue as unknown as JobReturn }),
      );
      events.on("failed", ({ jobId, failedReason }) =>
        this.#end(jobId, { isDone: false, reason: failedReason, isLost: failedReason === LOST }),
      );
      return events;
    });
    // what ails the connection is told where it was made
    for (const queue of Object.values(this.#queues)) queue.on("error", () => undefined);
    for (const events of this.#events) events.on("error", () => undefined);
  }

  static async open(options: DealtJobsOptions): Promise<DealtJobs> {
    const latest = async (kind: TaskKind) => {
      const key = `${FLEET_PREFIX}:${queueName(kind, options.versions)}:events`;
      // "$" would pass over what happens before the first reading
      return (await options.redis.client.xrevrange(key, "+", "-", "COUNT", 1))[0]?.[0] ?? "0-0";
    };
    const [embed, compare] = await Promise.all([latest("embed"), latest("compare")]);
    const jobs = new DealtJobs(options, { embed, compare });
    await Promise.all([...Object.values(jobs.#queues), ...jobs.#events].map((each) => each.waitUntilReady()));
    return jobs;
  }

  /** @returns what became of the job, however long it takes */
  deal(job: DealtJob): Promise<JobEnd> {
    const ended = new Promise<JobEnd>((end) => {
      this.#outstanding.set(job.id, { job, since: performance.now(), end, missing: 0 });
    });
    void this.#add(job);
    return ended;
  }

  /** Adds again what Redis has lost, and ends what has a result. To be called every few seconds. */
  async look(): Promise<void> {
    const all = [...this.#outstanding.values()];
    if (all.length === 0) return;
    const pipeline = this.#options.redis.client.pipeline();
    for (const { job } of all) pipeline.exists(this.#queues[job.kind].toKey(job.id));
    const found = (await pipeline.exec()) ?? [];
    const missing = all.filter((each, i) => {
      each.missing = found[i]?.[1] === 0 ? each.missing + 1 : 0;
      return each.missing >= MISSING_LOOKS;
    });
    for (const each of missing) {
      if (await this.#endWithResult(each)) continue;
      each.missing = 0;
      await this.#add(each.job);
    }
    // a worker that had lost its lease may have brought the result, and nobody may be there to say so
    for (const each of this.#oldest(all)) await this.#endWithResult(each);
  }

  /** Takes back what waits; what is being done goes on, and its result will be found. */
  async close(): Promise<void> {
    const { redis } = this.#options;
    if (redis.client.status === "ready") {
      const waiting = [...this.#outstanding.values()].map(({ job }) => this.#queues[job.kind].remove(job.id));
      await Promise.race([Promise.allSettled(waiting), pause(CLOSES_WITHIN_MS, undefined, { ref: false })]);
    }
    this.#outstanding.clear();
    const closing = [...this.#events, ...Object.values(this.#queues)].map((each) => each.close());
    // with Redis away it never ends
    await Promise.race([Promise.allSettled(closing), pause(CLOSES_WITHIN_MS, undefined, { ref: false })]);
  }

  async #add({ kind, id, data, isUrgent }: DealtJob): Promise<void> {
    try {
      await this.#queues[kind].add(kind, data, { jobId: id, lifo: isUrgent });
      this.#isTroubled = false;
    } catch (error) {
      // as where its memory is full: `look` finds the job missing
      if (!this.#isTroubled) this.#options.tell(`Redis took no task (${messageOf(error)}): trying again`);
      this.#isTroubled = true;
    }
  }

  #end(id: string, end: JobEnd): void {
    const known = this.#outstanding.get(id);
    this.#outstanding.delete(id);
    known?.end(end);
  }

  async #endWithResult({ job }: Outstanding): Promise<boolean> {
    const hasResult = await this.#options.hasResult(job);
    if (hasResult) this.#end(job.id, { isDone: true, told: undefined });
    return hasResult;
  }

  /** Some of those that take longer than a lease, in turn. */
  #oldest(all: readonly Outstanding[]): Outstanding[] {
    const before = performance.now() - this.#options.leaseSeconds * 1000;
    const old = all.filter(({ since, job }) => since < before && this.#outstanding.has(job.id));
    const from = old.length > RESULTS_A_LOOK ? this.#next % old.length : 0;
    this.#next = from + RESULTS_A_LOOK;
    return old.slice(from, from + RESULTS_A_LOOK);
  }
}
