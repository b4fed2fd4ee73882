import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { flagsOf, type PictureSet } from "./picture-set.ts";
import { lastLine, PipelineProcess, type ProcessEnd, runPipelineProcess } from "./pipeline-process.ts";
import { finishedReports, type Reports, reportDifferences } from "./reports.ts";

const EXIT_HELD = 3;

export interface TwoAtOnce {
  /** Seconds until the run that was refused ended. */
  readonly refusedSeconds: number;
  readonly problems: readonly string[];
}

/** Starts two runs on one output folder, the second `apartSeconds` later: one works and the other is refused, naming the first. */
export async function twoAtOnce(
  set: PictureSet,
  { output, expected, apartSeconds }: { output: string; expected: Reports; apartSeconds: number },
): Promise<TwoAtOnce> {
  const first = new PipelineProcess(flagsOf(set, output));
  await wait(apartSeconds * 1000);
  const second = new PipelineProcess(flagsOf(set, output));
  const ends = await Promise.all([first.ended, second.ended]);
  const codes = ends.map(({ exitCode }) => exitCode);
  const worked = codes.indexOf(0);
  const refused = codes.indexOf(EXIT_HELD);
  if (worked < 0 || refused < 0) {
    const problem = `expected exit codes 0 and ${EXIT_HELD}, found ${codes.join(" and ")}: ${ends.map(lastLine).join(" | ")}`;
    return { refusedSeconds: 0, problems: [problem] };
  }
  const owner = [first, second][worked].pid;
  const problems = reportDifferences(await finishedReports(output), expected);
  return { refusedSeconds: ends[refused].seconds, problems: [...problems, ...refusalProblems(ends[refused], owner)] };
}

function refusalProblems(end: ProcessEnd, owner: number): string[] {
  const problems: string[] = [];
  if (!lastLine(end).includes(String(owner))) problems.push(`${owner} is not named: ${lastLine(end)}`);
  if (!lastLine(end).includes(hostname())) problems.push(`${hostname()} is not named: ${lastLine(end)}`);
  if (end.stdout !== "") problems.push(`it said on stdout: ${end.stdout}`);
  return problems;
}

/** Kills a run in its midst; the next must take its place. */
export async function afterKilledOwner(
  set: PictureSet,
  { output, expected, seconds }: { output: string; expected: Reports; seconds: number },
): Promise<string[]> {
  const killed = new PipelineProcess(flagsOf(set, output));
  await wait(seconds * 1000);
  killed.kill();
  await killed.ended;
  const end = await runPipelineProcess(flagsOf(set, output));
  if (end.exitCode !== 0) return [`the run after a killed one ended with ${end.exitCode}: ${lastLine(end)}`];
  return reportDifferences(await finishedReports(output), expected);
}
