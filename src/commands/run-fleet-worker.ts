import { availableParallelism } from "node:os";
import { Progress } from "#base/progress.ts";
import type { FleetPlan, TaskHandlers } from "#fleet/fleet-plan.ts";
import { connectRedis } from "#fleet/queue/redis-connection.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { storageAddress } from "#fleet/storage/open-storage.ts";
import { fleetVersions } from "#fleet/versions.ts";
import { runWorker } from "#fleet/worker/run-worker.ts";
import type { WorkedTask, WorkerEnd } from "#fleet/worker/worker-options.ts";
import type { Settings } from "#settings/settings.ts";
import { describeError, exitCodeOf } from "#terminal/end-process.ts";
import { formatDuration, formatNumberOf } from "#terminal/format.ts";
import { writeLogLine } from "#terminal/log-line.ts";
import { showProgress } from "#terminal/progress-display.ts";
import packageJson from "../../package.json" with { type: "json" };
import { readWorkerFlags, type WorkerFlags } from "./worker-flags.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const EXIT_INTERRUPTED = 130;
/** Images are decoded and embedded in turn within a task, so that two keep the processors busy; comparing keeps them busy by itself. */
const TASKS_AT_ONCE = { embed: 2, compare: 1 };

/** How a worker reaches what a run shares, and what it can do with it. */
export interface WorkerParts {
  readonly openStorage: (plan: FleetPlan, settings: Settings) => Promise<FleetStorage>;
  readonly openHandlers: (
    plan: FleetPlan,
    storage: FleetStorage,
    settings: Settings,
    progress: Progress,
  ) => Promise<TaskHandlers>;
  readonly versions?: Readonly<Record<string, string>>;
}

/**
 * Does tasks until the process is asked to end, has been idle for long, or is found unfit.
 *
 * @returns the exit code; 130 where tasks were given back
 */
export async function runFleetWorker(args: readonly string[], parts: WorkerParts): Promise<number> {
  const flags = readWorkerFlags(args, process.env, packageJson.version);
  if (!flags) return 0;
  const progress = new Progress();
  const stopShowing = showProgress(progress, { quiet: flags.quiet, format: flags.logFormat, stream: process.stderr });
  const signals = stopSignals();
  try {
    const start = performance.now();
    const counts = new TaskCounts();
    const end = await work(flags, parts, progress, signals, counts);
    stopShowing();
    if (!flags.quiet) tellSummary(counts, (performance.now() - start) / 1000, flags);
    // threads may still compute what was given back
    if (end === "given-back") process.exit(EXIT_INTERRUPTED);
    return 0;
  } catch (error) {
    // who reads lines of JSON gets nothing else
    if (flags.logFormat !== "json") throw error;
    writeLogLine(process.stderr, { event: "error", message: describeError(error), exit_code: exitCodeOf(error) });
    return exitCodeOf(error);
  } finally {
    stopShowing();
    signals.forget();
  }
}

function tellSummary(counts: TaskCounts, seconds: number, { logFormat }: WorkerFlags): void {
  if (logFormat === "json") writeLogLine(process.stderr, { event: "summary", ...counts.all, seconds });
  else process.stdout.write(`${counts.summary(seconds)}\n`);
}

async function work(
  flags: WorkerFlags,
  parts: WorkerParts,
  progress: Progress,
  signals: ReturnType<typeof stopSignals>,
  counts: TaskCounts,
): Promise<WorkerEnd> {
  const { settings, idleSeconds } = flags;
  const tell = (line: string) => progress.note(line);
  // told now, and not when there is something to do
  if (settings.fleet.storage !== null) storageAddress(settings.fleet.storage, settings.fleet);
  const redis = await connectRedis(flags.redis, tell);
  try {
    tell(`Waiting for tasks from redis://${redis.address} (${formatNumberOf(availableParallelism(), "processor")})`);
    return await runWorker({
      redis,
      versions: parts.versions ?? fleetVersions(settings),
      openStorage: (plan) => parts.openStorage(plan, settings),
      openHandlers: (plan, storage) => parts.openHandlers(plan, storage, settings, progress),
      concurrency: TASKS_AT_ONCE,
      leaseSeconds: settings.fleet.leaseSeconds,
      idleSeconds,
      stop: signals.stop,
      giveBack: signals.giveBack,
      onTask: (task) => {
        counts.add(task);
        if (flags.logFormat === "json") {
          if (!flags.quiet) writeLogLine(process.stderr, { event: "task", ...task });
        } else progress.update("tasks", "tasks", counts.ended);
      },
      tell,
    });
  } finally {
    redis.close();
  }
}

class TaskCounts {
  readonly #counts: Record<WorkedTask["outcome"], number> = { done: 0, known: 0, failed: 0, "given-back": 0 };

  add({ outcome }: WorkedTask): void {
    this.#counts[outcome]++;
  }

  get all(): Readonly<Record<WorkedTask["outcome"], number>> {
    return this.#counts;
  }

  get ended(): number {
    return this.#counts.done + this.#counts.known;
  }

  summary(seconds: number): string {
    const { known, failed, "given-back": given } = this.#counts;
    const parts = [`Did ${formatNumberOf(this.ended, "task")} in ${formatDuration(seconds)}`];
    if (known > 0) parts.push(`${known} had been done before`);
    if (failed > 0) parts.push(`${failed} failed`);
    if (given > 0) parts.push(`${given} given back`);
    return parts.join(", ");
  }
}

/** The first signal stops, the second gives back, a third ends the process where it is. */
function stopSignals() {
  const stop = new AbortController();
  const giveBack = new AbortController();
  const onSignal = () => {
    if (giveBack.signal.aborted) process.exit(EXIT_INTERRUPTED);
    if (stop.signal.aborted) giveBack.abort();
    stop.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const forget = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  return { stop: stop.signal, giveBack: giveBack.signal, forget };
}
