import { rm } from "node:fs/promises";
import { join } from "node:path";
import { SeededRandom } from "#base/seeded-random.ts";
import { workOnDisk } from "./index-files.ts";
import { flagsOf, type PictureSet } from "./picture-set.ts";
import { lastLine, lastStage, PipelineProcess, type ProcessEnd, runPipelineProcess } from "./pipeline-process.ts";
import { finishedReports, itemsOf, type Reports, readRunRecord, reportDifferences, withoutHistory } from "./reports.ts";

export interface KillTrial {
  readonly number: number;
  /** The stage that each kill met: the one reported last before it. */
  readonly stages: readonly string[];
  /** How many of the kills came before the run had ended by itself. */
  readonly kills: number;
  /** Images that were extracted again though their rows were on disk. */
  readonly repeatedRows: number;
  /** Pairs of vectors that were compared again though what came of them was on disk. */
  readonly repeatedPairs: number;
  /** What was wrong; empty when all is well. */
  readonly problems: readonly string[];
}

export interface KillOptions {
  readonly trials: number;
  readonly seed: number;
  readonly onTrial?: (trial: KillTrial) => void;
}

/**
 * Kills runs at moments spread over their whole duration and lets others finish what they began. Every fourth trial kills the
 * second run as well. Reports must be those of a run that was never killed, and what was on disk must not be made again.
 */
export async function killTrials(set: PictureSet, options: KillOptions): Promise<KillTrial[]> {
  const reference = join(set.root, "reference");
  // the first start of a new version takes longer than those that will be killed
  await runPipelineProcess(["--version"]);
  const whole = await finish(set, reference);
  const expected = await finishedReports(reference, { sameHistory: true });
  const random = new SeededRandom(options.seed);
  // one moment in each slice of the duration, so that few trials meet all stages too
  const moments = shuffled(options.trials, random).map(
    (slice) => ((slice + random.between(0, 1)) / options.trials) * whole.seconds,
  );
  const trials: KillTrial[] = [];
  for (const [number, moment] of moments.entries()) {
    const kills = number % 4 === 3 ? [moment, random.between(0, 1) * whole.seconds] : [moment];
    const trial = await killTrial(set, { number, kills, expected });
    options.onTrial?.(trial);
    trials.push(trial);
  }
  return trials;
}

async function killTrial(
  set: PictureSet,
  { number, kills, expected }: { number: number; kills: readonly number[]; expected: Reports },
): Promise<KillTrial> {
  const output = join(set.root, "killed");
  await rm(output, { recursive: true, force: true });
  const killed: ProcessEnd[] = [];
  for (const seconds of kills) killed.push(await killAfter(set, output, seconds));
  const kept = await workOnDisk(output);
  const stages = killed.map(lastStage);
  const met = killed.filter(({ signal }) => signal === "SIGKILL").length;
  const end = await runPipelineProcess(flagsOf(set, output));
  if (end.exitCode !== 0) {
    const problems = [`ended with ${end.exitCode ?? end.signal}: ${lastLine(end)}`];
    return { number, stages, kills: met, repeatedRows: 0, repeatedPairs: 0, problems };
  }
  const record = await readRunRecord(output);
  const { counts, search } = record;
  const repeatedRows = kept.rows + itemsOf(record, "extract") - counts.images;
  // of all pairs, those that were neither taken from disk nor missing there
  const repeatedPairs = kept.pairs - search.pairs_stored;
  const found = await finishedReports(output, { sameHistory: true });
  // one that was killed when its work was done leaves nothing new to tell
  const compared = counts.new === 0 ? withoutHistory : (reports: Reports) => reports;
  const problems = reportDifferences(compared(found), compared(expected));
  if (repeatedRows > 0) problems.push(`${repeatedRows} rows that were on disk were extracted again`);
  if (repeatedPairs > 0) problems.push(`${repeatedPairs} known pairs were compared again`);
  return { number, stages, kills: met, repeatedRows, repeatedPairs, problems };
}

async function killAfter(set: PictureSet, output: string, seconds: number): Promise<ProcessEnd> {
  const run = new PipelineProcess(flagsOf(set, output));
  const timer = setTimeout(() => run.kill(), seconds * 1000);
  const end = await run.ended;
  clearTimeout(timer);
  return end;
}

async function finish(set: PictureSet, output: string): Promise<ProcessEnd> {
  const end = await runPipelineProcess(flagsOf(set, output));
  if (end.exitCode !== 0) throw new Error(`A run that nothing disturbed failed: ${end.stderr}`);
  return end;
}

function shuffled(count: number, random: SeededRandom): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = random.integer(0, i + 1);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}
