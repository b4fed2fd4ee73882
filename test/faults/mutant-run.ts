import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseUnicodeArray } from "#npy/unicode-array.ts";
import { writeFiles } from "../support/pictures.ts";
import { readReport } from "../support/read-report.ts";
import { readLog, withLog } from "./fault-layer.ts";
import { indexFiles } from "./index-files.ts";
import { type ImageBytes, mutants } from "./mutate-image.ts";
import { filesUnder, flagsOf, makeOld, type PictureSet } from "./picture-set.ts";
import { lastLine, type ProcessEnd, runPipelineProcess } from "./pipeline-process.ts";
import { finishedReports, itemsOf, readRunRecord, reportDifferences } from "./reports.ts";

export interface MutantRun {
  readonly files: number;
  readonly indexed: number;
  readonly unreadable: number;
  readonly seconds: number;
  readonly secondSeconds: number;
  /** Of the main process, and of all processes together. */
  readonly peakBytes: number;
  readonly peakTreeBytes: number;
  readonly problems: readonly string[];
}

/** Adds `count` broken files to the images of a set. */
export async function addMutants(
  { images }: PictureSet,
  bases: readonly ImageBytes[],
  { count, seed }: { count: number; seed: number },
): Promise<void> {
  let number = 0;
  for (const { format, mutation, content } of mutants(bases, count, seed)) {
    const name = `mutants/${String(number++).padStart(4, "0")} ${mutation}.${format}`;
    await writeFiles(images, { [name]: content });
    await makeOld(join(images, name));
  }
}

/**
 * Runs on a set with broken files: each must be indexed or listed. A second run must not open one again, and one that begins with
 * nothing must say the same of each.
 */
export async function mutantRun(set: PictureSet, limitSeconds: number): Promise<MutantRun> {
  const output = join(set.root, "output");
  const files = await filesUnder(set.images);
  const first = await runPipelineProcess(flagsOf(set, output), { limitSeconds });
  refuseFailed(first);
  const { counts, peak_rss_bytes } = await readRunRecord(output);
  const reports = await finishedReports(output);
  const problems = [...(await unaccounted(set, output, files))];
  if (counts.images + counts.unreadable !== files.length)
    problems.push(`${counts.images} indexed + ${counts.unreadable} listed of ${files.length} files`);

  const log = join(set.root, "operations.log");
  const second = await runPipelineProcess(flagsOf(set, output), { limitSeconds, ...withLog(set.images, log) });
  refuseFailed(second);
  problems.push(...reportDifferences(await finishedReports(output), reports).map((line) => `second run, ${line}`));
  const again = await readRunRecord(output);
  if (again.counts.new > 0) problems.push(`the second run took ${again.counts.new} images for new`);
  const extracted = itemsOf(again, "extract");
  if (extracted > 0) problems.push(`the second run extracted ${extracted} images`);
  const opened = (await readLog(log)).filter(({ name }) => name === "open").length;
  if (opened > 0) problems.push(`the second run opened ${opened} files`);

  const fresh = join(set.root, "fresh");
  refuseFailed(await runPipelineProcess(flagsOf(set, fresh), { limitSeconds }));
  problems.push(...reportDifferences(await finishedReports(fresh), reports).map((line) => `fresh run, ${line}`));
  return {
    files: files.length,
    indexed: counts.images,
    unreadable: counts.unreadable,
    seconds: first.seconds,
    secondSeconds: second.seconds,
    peakBytes: peak_rss_bytes,
    peakTreeBytes: first.peakBytes,
    problems,
  };
}

function refuseFailed(end: ProcessEnd): void {
  if (end.timedOut) throw new Error(`A run on broken images hung: ${lastLine(end)}`);
  if (end.exitCode !== 0) throw new Error(`A run on broken images ended with ${end.exitCode}: ${lastLine(end)}`);
}

/** Files that are neither in the index nor listed, or both. */
async function unaccounted({ images }: PictureSet, output: string, files: readonly string[]): Promise<string[]> {
  const listed = new Set((await readReport(output, "unreadable")).map(({ path }) => path));
  const indexed = new Set<string>();
  for (const file of (await indexFiles(output)).get("ids") ?? []) {
    for (const id of parseUnicodeArray(await readFile(file), basename(file))) indexed.add(id);
  }
  const ids = files.map((file) => file.slice(images.length + 1));
  return ids
    .filter((id) => listed.has(id) === indexed.has(id))
    .map((id) => `${id} is neither indexed nor listed, or both`);
}
