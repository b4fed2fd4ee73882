import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { isNotConnectionError, type Job, Worker } from "bullmq";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { type TaskKind, WorkerUnfit } from "#fleet/fleet-plan.ts";
import { announcedRuns, announceWorker, type WorkerNotice, withdrawWorker } from "#fleet/queue/announcements.ts";
import {
  FLEET_PREFIX,
  type JobData,
  type JobReturn,
  queueName,
  RUN_OVER,
  TASK_KINDS,
} from "#fleet/queue/fleet-queues.ts";
import { doTask } from "#fleet/worker/do-task.ts";
import { FailureRest } from "#fleet/worker/failure-rest.ts";
import { OtherVersions } from "#fleet/worker/other-versions.ts";
import { putBack } from "#fleet/worker/put-back.ts";
import type { RunWorkerOptions, WorkerEnd } from "#fleet/worker/worker-options.ts";
import { RunOver, WorkerRuns } from "#fleet/worker/worker-runs.ts";
import { formatNumberOf } from "#terminal/format.ts";

const BEAT_MS = 5000;
/** A third of the lease: a lost task waits a third longer at most. */
const LOOKS_A_LEASE = 3;
const RETRY_MS = 1000;
const LETS_GO_WITHIN_MS = 3000;
const LOOK_EVERY_MS = 250;
/** For a fetch that was on its way. */
const AFTER_LAST_FETCH_MS = 50;
const LEASE_NOTE = "The lease of a task ran out before it was done: others may have done it too, which is harmless";
const SAME_NOTE_EVERY_MS = 60_000;
/** What BullMQ says of a task whose lease ran out meanwhile; its result is in storage all the same. */
const LEASE_LOST = /lock|missing key|not in the active state/i;

/**
 * Does tasks of all runs with the same versions, until it is told to stop, has been idle for long, or turns out unfit.
 *
 * The lease of a task is renewed by this thread, so handlers compute in others. A lease that is lost all the same costs that the task is done twice.
 *
 * @throws PipelineError `input` where only runs with other versions are there, or this machine cannot do what others may
 */
export async function runWorker(options: RunWorkerOptions): Promise<WorkerEnd> {
  const worker = new FleetWorker(options);
  return worker.run();
}

class FleetWorker {
  readonly #options: RunWorkerOptions;
  readonly #runs: WorkerRuns;
  readonly #id = randomUUID();
  readonly #notice: WorkerNotice;
  readonly #others: OtherVersions;
  readonly #rest: FailureRest;
  readonly #active = new Map<string, { readonly job: Job<JobData, JobReturn>; readonly token: string }>();
  readonly #asked: Promise<WorkerEnd>;
  readonly #ask: { end: (end: WorkerEnd) => void; fail: (error: Error) => void };
  #workers: readonly Worker<JobData, JobReturn>[] = [];
  #draining: Promise<unknown> | undefined;
  #idle: NodeJS.Timeout | undefined;
  /** When each may be told again. */
  readonly #notes = new Map<string, number>();

  constructor(options: RunWorkerOptions) {
    this.#options = options;
    this.#runs = new WorkerRuns(options);
    this.#notice = {
      host: hostname(),
      pid: process.pid,
      versions: options.versions,
      started: new Date().toISOString(),
    };
    this.#rest = new FailureRest(AbortSignal.any([options.stop, options.giveBack]), options.restMilliseconds);
    this.#others = new OtherVersions(options.versions, options.tell);
    let end: (end: WorkerEnd) => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    this.#asked = new Promise((resolve, reject) => {
      end = resolve;
      fail = reject;
    });
    this.#asked.catch(() => undefined);
    this.#ask = { end, fail };
  }

  async run(): Promise<WorkerEnd> {
    const { stop, giveBack, redis, beatMilliseconds = BEAT_MS } = this.#options;
    whenAborted(stop, () => {
      const tasks = formatNumberOf(this.#active.size, "task");
      if (this.#active.size > 0) this.#options.tell(`Finishing ${tasks}; a second Ctrl-C gives them back`);
      this.#stop("stopped");
    });
    const givenBack = new Promise<"given-back">((resolve) => whenAborted(giveBack, () => resolve("given-back")));
    await this.#beat();
    const timer = setInterval(() => void this.#beat(), beatMilliseconds);
    try {
      const kinds = this.#draining ? [] : TASK_KINDS.filter((kind) => this.#options.concurrency[kind] > 0);
      this.#workers = kinds.map((kind) => this.#worker(kind));
      this.#waitForWork();
      const done = this.#asked.finally(() => this.#draining);
      const end = await Promise.race([done, givenBack]);
      if (end === "given-back") await this.#giveBack();
      return end;
    } finally {
      clearInterval(timer);
      clearTimeout(this.#idle);
      // what was given back may still be computed
      if (!giveBack.aborted) await this.#runs.close();
      if (redis.client.status === "ready") await withdrawWorker(redis.client, this.#id);
    }
  }

  #worker(kind: TaskKind): Worker<JobData, JobReturn> {
    const { redis, versions, concurrency, leaseSeconds } = this.#options;
    // Redis takes whole milliseconds
    const lease = Math.ceil(leaseSeconds * 1000);
    const worker = new Worker<JobData, JobReturn>(
      queueName(kind, versions),
      (job, token) => this.#process(kind, job, token as string),
      {
        connection: redis.client,
        prefix: FLEET_PREFIX,
        concurrency: concurrency[kind],
        lockDuration: lease,
        stalledInterval: Math.ceil(lease / LOOKS_A_LEASE),
        // the planner counts, and deals again
        maxStalledCount: 0,
        runRetryDelay: RETRY_MS,
      },
    );
    worker.on("error", (error) => this.#tellOf(error));
    return worker;
  }

  async #process(kind: TaskKind, job: Job<JobData, JobReturn>, token: string): Promise<JobReturn> {
    const id = String(job.id);
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    const { name } = job.data;
    // fetched when the end had begun
    if (this.#draining) await putBack(job, token);
    this.#active.set(id, { job, token });
    clearTimeout(this.#idle);
    try {
      const outcome = await this.#runs.use(job.data, (run) => doTask(job.data, run));
      this.#rest.noteDone();
      this.#options.onTask({ kind, name, seconds: seconds(), outcome });
      return { seconds: seconds(), host: this.#notice.host, outcome };
    } catch (error) {
      if (error instanceof RunOver) throw new Error(RUN_OVER);
      const reason = messageOf(error);
      const isUnfit = error instanceof WorkerUnfit;
      this.#options.onTask({ kind, name, seconds: seconds(), outcome: isUnfit ? "given-back" : "failed", reason });
      if (!isUnfit) {
        await this.#rest.afterFailure();
        throw new Error(`${reason} (on ${this.#notice.host})`);
      }
      this.#fail(new PipelineError("input", `This machine cannot go on: ${reason}`, { cause: error }));
      await this.#fetchesNoMore();
      return await putBack(job, token);
    } finally {
      this.#active.delete(id);
      this.#waitForWork();
    }
  }

  #waitForWork(): void {
    const { idleSeconds } = this.#options;
    if (idleSeconds === null || this.#active.size > 0 || this.#draining) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#active.size === 0 && this.#stop("idle"), idleSeconds * 1000);
  }

  #stop(end: WorkerEnd): void {
    this.#drain();
    this.#ask.end(end);
  }

  #fail(error: Error): void {
    this.#drain();
    this.#ask.fail(error);
  }

  /** No further task is taken from here on. */
  #drain(): void {
    this.#draining = Promise.race([Promise.allSettled(this.#workers.map((worker) => worker.close())), this.#letGo()]);
  }

  /** Settles when Redis is away, and was not to be told for long. */
  async #letGo(): Promise<void> {
    for (let quiet = 0; quiet < LETS_GO_WITHIN_MS; ) {
      await pause(LOOK_EVERY_MS, undefined, { ref: false });
      const isAway = this.#options.redis.client.status !== "ready";
      quiet = isAway && this.#active.size === 0 ? quiet + LOOK_EVERY_MS : 0;
    }
  }

  async #giveBack(): Promise<void> {
    this.#drain();
    await this.#fetchesNoMore();
    const given = [...this.#active.values()].map(async ({ job, token }) => {
      await job.moveToWait(token);
      const { name, data } = job;
      this.#options.onTask({ kind: name as TaskKind, name: data.name, seconds: 0, outcome: "given-back" });
    });
    // what Redis is not told comes back when the lease ends
    await Promise.race([Promise.allSettled(given), pause(LETS_GO_WITHIN_MS)]);
  }

  /** A worker that is closing still takes what its waiting connection is given, and so would get back what it puts back. */
  async #fetchesNoMore(): Promise<void> {
    const cut = this.#workers.map((worker) => worker.getBackend().disconnectBlocking(true));
    // with Redis away it never ends
    await Promise.race([Promise.allSettled(cut), pause(LETS_GO_WITHIN_MS)]);
    await pause(AFTER_LAST_FETCH_MS);
  }

  async #beat(): Promise<void> {
    const { client } = this.#options.redis;
    if (client.status !== "ready") return;
    try {
      await announceWorker(client, this.#id, this.#notice);
      if (this.#active.size > 0 || this.#draining) return;
      const refusal = this.#others.look(await announcedRuns(client));
      if (refusal && this.#active.size === 0) this.#fail(refusal);
    } catch (error) {
      this.#options.tell(`Could not tell of this worker (${messageOf(error)}): trying again`);
    }
  }

  #tellOf(error: Error): void {
    // the connection tells of itself
    if (this.#options.redis.client.status !== "ready" || !isNotConnectionError(error)) return;
    const isLease = LEASE_LOST.test(error.message);
    const line = isLease ? LEASE_NOTE : `Redis refused what a worker asked for (${messageOf(error)}): trying again`;
    const now = performance.now();
    if (now < (this.#notes.get(line) ?? 0)) return;
    this.#notes.set(line, now + SAME_NOTE_EVERY_MS);
    this.#options.tell(line);
  }
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}
