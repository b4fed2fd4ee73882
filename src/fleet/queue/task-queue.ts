import { setTimeout as pause } from "node:timers/promises";
import pLimit from "p-limit";
import { messageOf } from "#base/pipeline-error.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { resultKey, type TaskKind, type TaskOutcome, type TaskQueue, taskKey } from "#fleet/fleet-plan.ts";
import { announcePlan } from "#fleet/queue/announce-plan.ts";
import { announcedWorkers, announceRun, withdrawRun } from "#fleet/queue/announcements.ts";
import { DealtJobs, type JobEnd } from "#fleet/queue/dealt-jobs.ts";
import { RUN_OVER } from "#fleet/queue/fleet-queues.ts";
import type { TaskQueueOptions } from "#fleet/queue/task-queue-options.ts";
import { workersLine } from "#fleet/queue/workers-line.ts";
import { untilShown } from "#fleet/storage/shown-late.ts";
import { writeExactly } from "#fleet/storage/write-exactly.ts";
import { versionDifferences } from "#fleet/versions.ts";

/** What became of all tasks so far. */
export interface FleetFigures {
  readonly tasks: number;
  /** Results that were there before. */
  readonly knownBefore: number;
  /** How often tasks were dealt once more, whatever went wrong. */
  readonly retried: number;
  /** How often a worker was lost with a task. */
  readonly lost: number;
  readonly setAside: number;
  /** Workers' seconds. */
  readonly secondsByKind: Readonly<Record<TaskKind, number>>;
}

export interface FleetTaskQueue extends TaskQueue {
  figures(): FleetFigures;
}

const WINDOW = 512;
const TRIES = 3;
const LEASE_SECONDS = 30;
const LOOK_MS = 5000;
const BACK_OFF_MS = 1000;
/** Each pause is so many times the one before. */
const BACK_OFF_GROWTH = 4;
/** Part of a pause that chance adds at most, so that tasks that failed together do not come back together. */
const JITTER = 0.25;
const CLOSES_WITHIN_MS = 3000;

/**
 * Announces a run, and deals its tasks to whatever workers there are.
 *
 * Retries are counted and put off here. BullMQ's own delayed jobs become due by the wall clock of whichever worker asks next (its script
 * moveToActive takes the worker's time), so a worker whose clock is an hour fast would make all pauses nothing, and a job that one with a slow clock
 * put off would be due an hour late for the others; timers of this process know no wall clock.
 */
export async function openTaskQueue(options: TaskQueueOptions): Promise<FleetTaskQueue> {
  const { redis, plan, storage } = options;
  await announcePlan(redis.client, plan, storage);
  const jobs = await DealtJobs.open({
    redis,
    versions: plan.versions,
    leaseSeconds: options.leaseSeconds ?? LEASE_SECONDS,
    hasResult: ({ data }) => storage.has(resultKey(data.space, data.name)),
    tell: options.tell,
  });
  return new RedisTaskQueue(options, jobs);
}

class RedisTaskQueue implements FleetTaskQueue {
  readonly #options: TaskQueueOptions;
  readonly #jobs: DealtJobs;
  readonly #window;
  readonly #counts = { tasks: 0, knownBefore: 0, retried: 0, lost: 0, setAside: 0 };
  readonly #seconds: Record<TaskKind, number> = { embed: 0, compare: 0 };
  readonly #timer: NodeJS.Timeout;
  readonly #closed = new AbortController();
  #looking: Promise<void> | undefined;
  /** Settles when the latest task has been dealt: the next one is dealt behind it. */
  #turn: Promise<void> = Promise.resolve();
  #workers = "";
  /** Said already. */
  #isTroubled = false;

  constructor(options: TaskQueueOptions, jobs: DealtJobs) {
    this.#options = options;
    this.#jobs = jobs;
    this.#window = pLimit(options.window ?? WINDOW);
    this.#timer = setInterval(() => this.#lookAgain(), options.lookMilliseconds ?? LOOK_MS);
  }

  run(kind: TaskKind, name: string, specification: Uint8Array): Promise<TaskOutcome> {
    return this.#window(() => this.#done(kind, name, specification));
  }

  figures(): FleetFigures {
    return { ...this.#counts, secondsByKind: { ...this.#seconds } };
  }

  async close(): Promise<void> {
    const { redis, plan } = this.#options;
    clearInterval(this.#timer);
    this.#closed.abort();
    this.#window.clearQueue();
    if (redis.client.status === "ready") {
      const withdrawn = Promise.resolve(this.#looking).then(() => withdrawRun(redis.client, plan.run));
      // where Redis goes away just now, the announcement runs out by itself
      await Promise.race([withdrawn, pause(CLOSES_WITHIN_MS, undefined, { ref: false })]);
    }
    await this.#jobs.close();
  }

  async #done(kind: TaskKind, name: string, specification: Uint8Array): Promise<TaskOutcome> {
    this.#counts.tasks++;
    const before = this.#turn;
    const preparing = this.#isKnown(name, specification);
    const dealing = Promise.allSettled([before, preparing]).then(async () => {
      // rejects for who asked for the task, and not for those behind it
      const isKnown = await preparing;
      return isKnown ? undefined : { end: this.#deal(kind, name, 0) };
    });
    this.#turn = dealing.then(
      () => undefined,
      () => undefined,
    );
    const dealt = await dealing;
    if (!dealt) {
      this.#counts.knownBefore++;
      return { isDone: true };
    }
    return this.#untilDone(kind, { name, specification }, dealt.end);
  }

  async #isKnown(name: string, specification: Uint8Array): Promise<boolean> {
    const { storage, plan } = this.#options;
    if (await storage.has(resultKey(plan.space, name))) return true;
    await storage.write(taskKey(plan.space, name), specification);
    return false;
  }

  async #untilDone(
    kind: TaskKind,
    { name, specification }: { readonly name: string; readonly specification: Uint8Array },
    first: Promise<JobEnd>,
  ): Promise<TaskOutcome> {
    const { tries = TRIES, backOffMilliseconds = BACK_OFF_MS } = this.#options;
    const random = new SeededRandom(Number.parseInt(name.slice(-8), 16) || 0);
    let ending = first;
    for (let tried = 1, dealt = 1; ; dealt++) {
      const end = await ending;
      const reason = end.isDone ? await this.#missingResult(name) : this.#whyNot(end);
      if (reason === undefined) {
        this.#noteDone(kind, name, end);
        return { isDone: true };
      }
      // said while this planner slept, and its announcement ran out
      const isTried = end.isDone || end.reason !== RUN_OVER;
      if (isTried && tried >= tries) {
        this.#counts.setAside++;
        return { isDone: false, reason, tries: tried };
      }
      this.#counts.retried++;
      const backOff = backOffMilliseconds * BACK_OFF_GROWTH ** (tried - 1) * (1 + random.between(0, JITTER));
      await pause(backOff, undefined, { signal: this.#closed.signal });
      // should it be damaged; what else is wrong with the storage, workers tell
      const { storage, plan } = this.#options;
      await writeExactly(storage, taskKey(plan.space, name), specification).catch(() => undefined);
      ending = this.#deal(kind, name, dealt);
      if (isTried) tried++;
    }
  }

  #deal(kind: TaskKind, name: string, dealt: number): Promise<JobEnd> {
    const { run, space } = this.#options.plan;
    return this.#jobs.deal({ kind, id: `${run}-${name}-${dealt}`, data: { run, space, name }, isUrgent: dealt > 0 });
  }

  #whyNot(end: Extract<JobEnd, { isDone: false }>): string {
    if (!end.isLost) return end.reason;
    this.#counts.lost++;
    const seconds = this.#options.leaseSeconds ?? LEASE_SECONDS;
    return `Lost its worker: killed, out of memory, or without an answer for ${seconds} s`;
  }

  /** @returns undefined where the result can be read, here */
  async #missingResult(name: string): Promise<string | undefined> {
    const { storage, plan } = this.#options;
    const look = async () => (await storage.has(resultKey(plan.space, name))) || undefined;
    if (await untilShown(look, this.#closed.signal)) return undefined;
    return `Found no result of a task that was done in ${storage.name}: do all machines have the same folder mounted?`;
  }

  #noteDone(kind: TaskKind, name: string, end: JobEnd): void {
    const told = end.isDone ? end.told : undefined;
    this.#seconds[kind] += told?.seconds ?? 0;
    this.#options.onDone?.({ kind, name, seconds: told?.seconds, host: told?.host });
  }

  #lookAgain(): void {
    const { redis, tell } = this.#options;
    // a Redis that is away would let looks pile up
    if (this.#looking || redis.client.status !== "ready") return;
    this.#looking = this.#look()
      .then(
        () => {
          this.#isTroubled = false;
        },
        (error) => {
          if (!this.#isTroubled) tell(`Could not look after tasks (${messageOf(error)}): trying again`);
          this.#isTroubled = true;
        },
      )
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #look(): Promise<void> {
    const { redis, plan, tell } = this.#options;
    await announceRun(redis.client, plan);
    const workers = await announcedWorkers(redis.client);
    const line = workersLine(
      workers.filter(({ versions }) => versionDifferences(versions, plan.versions) === undefined),
      redis.address,
    );
    if (line !== this.#workers) tell(line);
    this.#workers = line;
    await this.#jobs.look();
  }
}
