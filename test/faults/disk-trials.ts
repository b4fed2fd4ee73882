import { cp, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import { SeededRandom } from "#base/seeded-random.ts";
import { describeFault, type Fault, type FileOperation, readLog, withFault, withLog } from "./fault-layer.ts";
import { indexOf } from "./index-files.ts";
import { addDrawn, drawSet, filesUnder, flagsOf, type PictureSet, rankedAnew, withSettings } from "./picture-set.ts";
import { lastLine, type ProcessEnd, runPipelineProcess } from "./pipeline-process.ts";
import { finishedReports, type Reports, readReports, reportDifferences } from "./reports.ts";

const CHANGE_FAULTS: readonly Fault[] = [
  { of: "change", action: "fail", code: "ENOSPC" },
  { of: "change", action: "tear-kill" },
  { of: "change", action: "tear", code: "EIO" },
  { of: "change", action: "kill-after" },
  { of: "change", action: "fail", code: "EROFS" },
  { of: "change", action: "fail", code: "EMFILE" },
];

const READ_FAULTS: readonly Fault[] = [
  { of: "read", action: "flip" },
  { of: "read", action: "short" },
  { of: "read", action: "fail", code: "EIO" },
];

/** Reports of an earlier run, and what a run on changed images and settings must make of them. */
export interface DiskScene {
  readonly set: PictureSet;
  /** An output folder as the earlier run left it; it is copied for each trial. */
  readonly earlier: string;
  readonly output: string;
  readonly earlierReports: Reports;
  readonly newReports: Reports;
  /** What an undisturbed run does under the output folder, in order. */
  readonly operations: readonly FileOperation[];
}

export interface DiskTrial {
  readonly fault: string;
  readonly path: string;
  /** `exit 1`, `SIGKILL`, or `unharmed` where the run ended well all the same. */
  readonly end: string;
  readonly problems: readonly string[];
}

/** An earlier run, then pictures that came, changed and went, and another threshold. */
export async function diskScene(root: string, { count }: { count: number }): Promise<DiskScene> {
  const set = await rankedAnew(await drawSet(root, { count, shardRows: 10 }));
  const [earlier, output, fresh] = ["earlier", "output", "fresh"].map((name) => join(root, name));
  await runWell(set, earlier);
  for (let number = count; number < count + 8; number++) await addDrawn(set.images, number);
  const [first, second, third] = await filesUnder(set.images);
  await rm(first);
  await cp(second, third);
  const now = await withSettings(set, "now", { threshold: 0.3 });
  await runWell(now, fresh);
  const log = join(root, "operations.log");
  await cp(earlier, output, { recursive: true });
  const end = await runPipelineProcess(flagsOf(now, output), withLog(output, log));
  if (end.exitCode !== 0) throw new Error(`A run that was only watched failed: ${end.stderr}`);
  return {
    set: now,
    earlier,
    output,
    earlierReports: await finishedReports(earlier),
    newReports: await finishedReports(fresh),
    operations: await readLog(log),
  };
}

export interface PlannedFault {
  readonly fault: Fault;
  /** Number of the operation, from 1. */
  readonly at: number;
}

/** Every fault at every operation, or a sample of `count` spread over the run. */
export function plannedFaults(
  { operations, output }: DiskScene,
  of: "change" | "read",
  sample?: { count: number; seed: number },
): PlannedFault[] {
  const met = operationsUnder(of === "change" ? output : indexOf(output), of, operations);
  const faults = of === "change" ? CHANGE_FAULTS : READ_FAULTS;
  const all = faults.map((fault) => {
    const places = Array.from(met.keys()).filter((place) => canMeet(fault, met[place]));
    return places.map((place) => ({ fault, at: place + 1 }));
  });
  if (!sample) return all.flat();
  const random = new SeededRandom(sample.seed);
  return Array.from({ length: met.length === 0 ? 0 : sample.count }, (_, i) => {
    const places = all[i % faults.length];
    return places[Math.floor(((i + random.between(0, 1)) * places.length) / sample.count)];
  });
}

/** Opening and listing give no data that could be wrong. */
function canMeet({ action }: Fault, { name }: FileOperation): boolean {
  return (action !== "flip" && action !== "short") || /^read(File)?(Sync)?$/.test(name);
}

function operationsUnder(
  folder: string,
  of: "change" | "read",
  operations: readonly FileOperation[],
): readonly FileOperation[] {
  const isUnder = (path = "") => path === folder || path.startsWith(folder + sep);
  return operations.filter(({ kind, path, target }) => kind === of && (isUnder(path) || isUnder(target)));
}

/** A run that meets a fault, then one that meets none. */
export async function diskTrial(scene: DiskScene, { fault, at }: PlannedFault): Promise<DiskTrial> {
  const { set, earlier, output, newReports, operations } = scene;
  await rm(output, { recursive: true, force: true });
  await cp(earlier, output, { recursive: true });
  const folder = fault.of === "change" ? output : indexOf(output);
  const end = await runPipelineProcess(flagsOf(set, output), withFault(folder, fault, at));
  const problems = await endProblems(end, scene);
  const next = await runPipelineProcess(flagsOf(set, output));
  if (next.exitCode !== 0) problems.push(`the next run ended with ${next.exitCode}: ${lastLine(next)}`);
  const after = reportDifferences(await readReports(join(output, "reports")), newReports);
  problems.push(...after.map((line) => `after the next run, ${line}`));
  const met = operationsUnder(folder, fault.of, operations)[at - 1];
  const path = `${met?.name} ${met?.path.slice(output.length + 1)}`;
  return { fault: describeFault(fault, at), path, end: describeEnd(end), problems };
}

function describeEnd({ exitCode, signal }: ProcessEnd): string {
  if (exitCode === 0) return "unharmed";
  return signal ?? `exit ${exitCode}`;
}

/** What is wrong right after a run that met a fault. */
async function endProblems(end: ProcessEnd, scene: DiskScene): Promise<string[]> {
  const { output, earlierReports, newReports } = scene;
  const reports = await readReports(join(output, "reports"));
  if (end.exitCode === 0) return reportDifferences(reports, newReports);
  const problems = await lossProblems(reports, scene);
  if (end.timedOut) problems.push("it hung");
  if (end.exitCode === null) return problems;
  if (end.exitCode !== 1) problems.push(`it ended with ${end.exitCode}`);
  if (!/"event":"error"/.test(lastLine(end)) || /bug of twinsift/.test(lastLine(end)))
    problems.push(`its last line was ${JSON.stringify(lastLine(end))}`);
  const kept = reportDifferences(reports, earlierReports);
  const replaced = reportDifferences(reports, newReports);
  if (kept.length > 0 && replaced.length > 0) problems.push(...kept.map((line) => `after the fault, ${line}`));
  return problems;
}

/** A kill between two renames leaves the earlier reports beside their place; nowhere else may they be. */
async function lossProblems(reports: Reports | undefined, scene: DiskScene): Promise<string[]> {
  const { output, earlierReports, newReports } = scene;
  const candidates = [reports, await readReports(join(output, "reports.previous"))];
  const isWhole = candidates.some((found) =>
    [earlierReports, newReports].some((expected) => reportDifferences(found, expected).length === 0),
  );
  return isWhole ? [] : ["neither the earlier reports nor the new ones are whole"];
}

async function runWell(set: PictureSet, output: string): Promise<void> {
  const end = await runPipelineProcess(flagsOf(set, output));
  if (end.exitCode !== 0) throw new Error(`A run that nothing disturbed failed: ${end.stderr}`);
}
