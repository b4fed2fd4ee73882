import { rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "#base/pipeline-error.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { drawSet, flagsOf, rankedAnew } from "./picture-set.ts";
import { ChangingFolder } from "./random-steps.ts";
import { finishedReports, reportDifferences } from "./reports.ts";
import { runInProcess } from "./run-in-process.ts";

const PICTURES = 25;

export interface SequenceStep {
  readonly seed: number;
  readonly change: string;
  /** Seconds of the run on the index of the step before, and of one that begins with nothing. */
  readonly seconds: number;
  readonly freshSeconds: number;
  readonly problems: readonly string[];
}

/** Changes a folder step by step; after each, a run on the index that is there must report what a fresh run reports. */
export async function randomSequence(
  root: string,
  options: { steps: number; seed: number; onStep?: (step: SequenceStep) => void },
): Promise<SequenceStep[]> {
  const { seed } = options;
  const set = await rankedAnew(await drawSet(root, { count: 0, shardRows: 4 }));
  const folder = new ChangingFolder(set.images, new SeededRandom(seed));
  for (let i = 0; i < PICTURES; i++) await folder.add();
  const [kept, fresh] = [join(root, "kept"), join(root, "fresh")];
  const run = async (output: string) => {
    const start = performance.now();
    await runInProcess([...flagsOf(set, output), "--threshold", String(folder.threshold)]);
    return (performance.now() - start) / 1000;
  };
  await run(kept);
  const steps: SequenceStep[] = [];
  for (let number = 0; number < options.steps; number++) {
    const change = await folder.step();
    await rm(fresh, { recursive: true, force: true });
    const step = { seed, change, seconds: 0, freshSeconds: 0, problems: [] as string[] };
    try {
      [step.freshSeconds, step.seconds] = await Promise.all([run(fresh), run(kept)]);
      step.problems = reportDifferences(await finishedReports(kept), await finishedReports(fresh));
    } catch (error) {
      step.problems = [messageOf(error)];
    }
    options.onStep?.(step);
    steps.push(step);
  }
  return steps;
}
