import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { allDamages, type DamageTrial, damageScene, damageTrial } from "../faults/damage-trials.ts";
import { type DiskTrial, diskScene, diskTrial, plannedFaults } from "../faults/disk-trials.ts";
import { fullDisk } from "../faults/full-disk.ts";
import { hostileTrials } from "../faults/hostile-trials.ts";
import { drawSet, flagsOf } from "../faults/picture-set.ts";
import { runPipelineProcess } from "../faults/pipeline-process.ts";
import { randomSequence, type SequenceStep } from "../faults/random-sequence.ts";
import { type RemovalTrial, removalTrials } from "../faults/removal-trials.ts";
import { finishedReports } from "../faults/reports.ts";
import { afterKilledOwner, twoAtOnce } from "../faults/two-at-once.ts";
import { type FaultOptions, type FaultResult, outcome, problemsOf, short } from "./faults-part.ts";

const HOSTILE_REQUESTS = 2000;
/** That a server may hold after them beyond what it held before. */
const MOST_GROWN_MEGABYTES = 64;
const STEPS = 1000;
const STEPS_A_SEQUENCE = 20;
const PAIRS_OF_RUNS = 12;
/** So many that over a hundred processes are killed before they end. */
const REMOVALS = 200;
/** Seconds within which a second run must be refused. */
const REFUSED_WITHIN = 2;

/** Parts that draw their own pictures. */
export const DRAWN_PARTS = {
  disk: (options: FaultOptions) => faultyDisk(options, "change"),
  reads: (options: FaultOptions) => faultyDisk(options, "read"),
  "full-disk": smallDisk,
  corruption,
  sequences,
  "two-at-once": twoRuns,
  removal,
  requests,
};

async function faultyDisk({ root, count, seed, tell }: FaultOptions, of: "change" | "read"): Promise<FaultResult> {
  const scene = await diskScene(root, { count: 30 });
  const planned = plannedFaults(scene, of, count === undefined ? undefined : { count, seed });
  const trials: DiskTrial[] = [];
  for (const [i, fault] of planned.entries()) {
    const trial = await diskTrial(scene, fault);
    tell(`${i + 1} of ${planned.length}: ${trial.fault}, ${trial.path}: ${trial.end}, ${outcome(trial.problems)}`);
    trials.push(trial);
  }
  const ended = (end: string) => trials.filter((trial) => trial.end === end).length;
  const failed = trials.length - ended("SIGKILL") - ended("unharmed");
  const problems = problemsOf(trials, ({ fault, path }) => `${fault} (${path})`);
  if (trials.length === 0) problems.push(`a run made no ${of} to go wrong`);
  return {
    figures: { faults: trials.length, killed: ended("SIGKILL"), failed, unharmed: ended("unharmed") },
    problems,
  };
}

async function requests({ root, count = HOSTILE_REQUESTS, seed }: FaultOptions): Promise<FaultResult> {
  const { statuses, residentMegabytes, slowestGoodSeconds, problems } = await hostileTrials(root, count, seed);
  const [before, after] = residentMegabytes;
  const grown = after - before;
  if (grown > MOST_GROWN_MEGABYTES) problems.push(`the server grew by ${grown.toFixed(0)} MB`);
  const figures = {
    ...{ requests: count, statuses: JSON.stringify(statuses), "slowest good (s)": short(slowestGoodSeconds) },
    ...{ "MB before": short(before), "MB after": short(after) },
  };
  return { figures, problems };
}

async function smallDisk({ root, tell }: FaultOptions): Promise<FaultResult> {
  const rooms = [0, 8, 16, 24, 32, 40, 48, 64, 80];
  const { skipped, lines, problems } = await fullDisk(root, { more: 80, rooms });
  for (const line of skipped === undefined ? lines : [`left out, ${skipped}`]) tell(line);
  return { figures: skipped === undefined ? { rooms: rooms.length } : { skipped }, problems };
}

async function corruption({ root, count, tell }: FaultOptions): Promise<FaultResult> {
  const scene = await damageScene(await drawSet(root, { count: 60, shardRows: 10 }));
  const planned = allDamages(scene).slice(0, count);
  const trials: DamageTrial[] = [];
  for (const [i, damage] of planned.entries()) {
    const trial = await damageTrial(scene, [damage]);
    const made = `${trial.rebuilt} images extracted again`;
    tell(`${i + 1} of ${planned.length}: ${trial.damaged}: ${made}, ${outcome(trial.problems)}`);
    trials.push(trial);
  }
  const problems = problemsOf(trials, ({ damaged }) => damaged.join(", "));
  for (const [kind, files] of scene.files) if (files.length === 0) problems.push(`no file of the index holds ${kind}`);
  return { figures: { damages: trials.length, "most rebuilt": Math.max(...trials.map((t) => t.rebuilt)) }, problems };
}

async function sequences({ root, count = STEPS, seed, tell }: FaultOptions): Promise<FaultResult> {
  const steps: SequenceStep[] = [];
  for (let number = 0; steps.length < count; number++) {
    const folder = join(root, String(number));
    await mkdir(folder);
    const onStep = (step: SequenceStep) => {
      steps.push(step);
      tell(`${steps.length} of ${count}: ${step.change}: ${outcome(step.problems)}`);
    };
    await randomSequence(folder, {
      steps: Math.min(STEPS_A_SEQUENCE, count - steps.length),
      seed: seed + number,
      onStep,
    });
  }
  const mean = (of: (step: SequenceStep) => number) =>
    short(steps.reduce((sum, step) => sum + of(step), 0) / steps.length);
  const figures = {
    steps: steps.length,
    seconds: mean((s) => s.seconds),
    "fresh seconds": mean((s) => s.freshSeconds),
  };
  return { figures, problems: problemsOf(steps, ({ seed: own, change }) => `sequence ${own}, ${change}`) };
}

async function removal({ root, count = REMOVALS, seed, tell }: FaultOptions): Promise<FaultResult> {
  const named = ({ way, kill, sequel }: RemovalTrial) => `${way}, ${kill}, then ${sequel}`;
  const onTrial = (trial: RemovalTrial) =>
    tell(`${trial.number + 1} of ${count}: ${named(trial)}: ${outcome(trial.problems)}`);
  const trials = await removalTrials(root, { trials: count, seed, onTrial });
  const kills = trials.reduce((sum, trial) => sum + trial.kills, 0);
  return { figures: { trials: trials.length, kills }, problems: problemsOf(trials, named) };
}

async function twoRuns({ root, count = PAIRS_OF_RUNS, tell }: FaultOptions): Promise<FaultResult> {
  const set = await drawSet(root, { count: 60, shardRows: 10 });
  const reference = join(root, "reference");
  const whole = await runPipelineProcess(flagsOf(set, reference));
  const expected = await finishedReports(reference);
  const problems: string[] = [];
  let slowest = 0;
  for (let i = 0; i < count; i++) {
    // the same moment first, then ever later while the first still works; how long that is changes with what else the machine does
    const { seconds } = await runPipelineProcess(flagsOf(set, join(root, `alone-${i}`)));
    const apartSeconds = (0.6 * seconds * i) / count;
    const output = join(root, `output-${i}`);
    const trial = await twoAtOnce(set, { output, expected, apartSeconds });
    slowest = Math.max(slowest, trial.refusedSeconds);
    const taken = await afterKilledOwner(set, { output, expected, seconds: (whole.seconds * (i + 1)) / (count + 1) });
    tell(
      `${apartSeconds.toFixed(2)} s apart: refused after ${short(trial.refusedSeconds)} s, ${outcome([...trial.problems, ...taken])}`,
    );
    problems.push(...trial.problems, ...taken);
  }
  if (slowest > REFUSED_WITHIN)
    problems.push(`a second run was refused after ${short(slowest)} s, not ${REFUSED_WITHIN}`);
  return { figures: { "pairs of runs": count, "refused after at most (s)": short(slowest) }, problems };
}
