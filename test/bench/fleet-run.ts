import { join } from "node:path";
import { type Reports, readReports, reportDifferences } from "../faults/reports.ts";
import { startRedis } from "../support/redis-server.ts";
import { FleetProcess, type FleetProcessOptions, type TaskLine } from "./fleet-processes.ts";
import { type FleetSet, temporaryRun } from "./fleet-sets.ts";

/** What one run was like. */
export interface FleetRun {
  readonly seconds: number;
  /** From the planner's start until all pairs were found: what workers share. */
  readonly searchedSeconds: number;
  readonly tasks: TaskCount;
  /** Every file of reports/ but run.json. */
  readonly reports: Reports;
}

export interface TaskCount {
  /** Different ones that were done. */
  readonly tasks: number;
  /** Those that were done more than once. */
  readonly repeated: number;
  /** How often workers told each outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** The pipeline alone, in one process with its children. */
export async function runAlone(set: FleetSet, options: FleetProcessOptions = {}): Promise<FleetRun> {
  const { folder, config, remove } = temporaryRun(set);
  try {
    const output = join(folder, "output");
    const run = FleetProcess.planner([...set.flags, "--config", config, "--output", output], options);
    await run.endedWell();
    return await finished(run, output, []);
  } finally {
    remove();
  }
}

/**
 * The pipeline with workers that wait already when it starts.
 *
 * @param workers of each, what it is bound to
 * @param planner what it is bound to
 */
export async function runFleet(
  set: FleetSet,
  workers: readonly FleetProcessOptions[],
  planner: FleetProcessOptions = {},
): Promise<FleetRun> {
  const { folder, config, remove } = temporaryRun(set);
  const redis = await startRedis();
  const started = workers.map((options, i) => {
    const bound = options.processor === undefined ? [] : ["--concurrency", "1"];
    return FleetProcess.worker(redis.url, join(folder, `worker-${i}`), ["--config", config, ...bound], options);
  });
  try {
    await Promise.all(started.map((worker) => worker.ready()));
    const output = join(folder, "output");
    const flags = [...set.flags, "--config", config, "--output", output, "--fleet", redis.url];
    const run = FleetProcess.planner(flags, planner);
    await run.endedWell();
    const tasks = started.flatMap((worker) => worker.tasks);
    return await finished(run, output, tasks);
  } finally {
    for (const worker of started) worker.signalAll("SIGKILL");
    await Promise.all(started.map((worker) => worker.ended));
    await redis.stop();
    remove();
  }
}

async function finished(run: FleetProcess, output: string, tasks: readonly TaskLine[]): Promise<FleetRun> {
  const reports = await readReports(join(output, "reports"), { sameHistory: true });
  if (!reports) throw new Error(`Expected reports in "${output}"`);
  const searchedSeconds = run.stageEnds.get("search") ?? Number.NaN;
  return { seconds: run.seconds, searchedSeconds, tasks: countTasks(tasks), reports };
}

/** Tasks by what workers told of them. */
export function countTasks(tasks: readonly TaskLine[]): TaskCount {
  const done = new Map<string, number>();
  const outcomes: Record<string, number> = {};
  for (const { name, outcome } of tasks) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (outcome === "done") done.set(name, (done.get(name) ?? 0) + 1);
  }
  return { tasks: done.size, repeated: [...done.values()].filter((times) => times > 1).length, outcomes };
}

/** @throws Error where a report of one run has other bytes */
export function refuseOtherReports(what: string, found: Reports, expected: Reports): void {
  const differences = reportDifferences(found, expected);
  if (differences.length > 0) throw new Error(`${what}: ${differences.join("; ")}`);
}
