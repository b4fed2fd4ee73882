import { rm, stat } from "node:fs/promises";
import { indexOf } from "./index-files.ts";
import { filesUnder, flagsOf, type PictureSet } from "./picture-set.ts";
import { lastLine, runPipelineProcess } from "./pipeline-process.ts";
import { finishedReports, type Reports, readRunRecord, reportDifferences } from "./reports.ts";

export interface Night {
  readonly night: number;
  readonly seconds: number;
  readonly indexBytes: number;
  readonly indexFiles: number;
  readonly problems: readonly string[];
}

export interface NightsOptions {
  readonly output: string;
  readonly nights: number;
  /** Takes images away and puts others in their place, and tells how many. */
  readonly change: (night: number) => Promise<{ added: number; removed: number }>;
  readonly onNight?: (night: Night) => void;
}

/** Runs night after night on images of which some change in between. Night 0 begins with nothing. */
export async function runNights(set: PictureSet, options: NightsOptions): Promise<Night[]> {
  const nights: Night[] = [await runNight(set, options.output, 0, undefined)];
  options.onNight?.(nights[0]);
  for (let night = 1; night <= options.nights; night++) {
    const done = await runNight(set, options.output, night, await options.change(night));
    options.onNight?.(done);
    nights.push(done);
  }
  return nights;
}

async function runNight(
  set: PictureSet,
  output: string,
  night: number,
  expected: { added: number; removed: number } | undefined,
): Promise<Night> {
  const end = await runPipelineProcess(flagsOf(set, output));
  if (end.exitCode !== 0) throw new Error(`Night ${night} ended with ${end.exitCode}: ${lastLine(end)}`);
  const { counts } = await readRunRecord(output);
  const problems: string[] = [];
  const count = (name: "new" | "changed" | "removed", wanted: number) => {
    if (counts[name] !== wanted) problems.push(`night ${night}: counts.${name} is ${counts[name]}, expected ${wanted}`);
  };
  if (expected) {
    count("new", expected.added);
    count("changed", 0);
    count("removed", expected.removed);
  }
  const files = await filesUnder(indexOf(output));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  const indexBytes = sizes.reduce((sum, size) => sum + size, 0);
  return { night, seconds: end.seconds, indexBytes, indexFiles: files.length, problems };
}

/** The mean of the last `count` nights as a multiple of that of `count` early ones, from night 3 on. */
export function growth(nights: readonly Night[], of: "seconds" | "indexBytes" | "indexFiles", count = 6): number {
  const mean = (some: readonly Night[]) => some.reduce((sum, night) => sum + night[of], 0) / some.length;
  return mean(nights.slice(-count)) / mean(nights.slice(3, 3 + count));
}

/** What a run that begins with nothing reports of the same images. */
async function freshReports(set: PictureSet, output: string): Promise<Reports> {
  await rm(output, { recursive: true, force: true });
  const end = await runPipelineProcess(flagsOf(set, output));
  if (end.exitCode !== 0) throw new Error(`A fresh run ended with ${end.exitCode}: ${lastLine(end)}`);
  return finishedReports(output);
}

/** Lines for what differs between the reports of many nights and those of a fresh run. */
export async function freshDifferences(set: PictureSet, output: string, fresh: string): Promise<string[]> {
  return reportDifferences(await finishedReports(output), await freshReports(set, fresh));
}
