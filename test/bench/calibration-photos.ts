import { existsSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Photo, photos, writeEditsOf } from "./edited-photos.ts";

const WORK = join(tmpdir(), "twinsift-bench/calibration");

/** Photos that are calibrated on, and others on which the recommended threshold is tried. */
export const SAMPLE = join(WORK, "sample/photos");
export const EXAM = join(WORK, "exam");

/** Each photo of the exam gets a third of the 54 kinds and strengths, so that each of them comes up 200 times. */
const EVERY = 3;

/** Links every fifth photo into the sample, and two others of five into the exam, which gets edits too. */
export async function prepareCalibration(): Promise<void> {
  if (!existsSync(SAMPLE)) linkAll(SAMPLE, (i) => i % 5 === 0);
  const others = join(EXAM, "photos");
  const chosen = existsSync(others) ? chosenPhotos(isOfExam) : linkAll(others, isOfExam);
  if (!existsSync(join(EXAM, "edits"))) await writeEditsOf(chosen, EXAM, EVERY);
}

const isOfExam = (i: number) => i % 5 === 1 || i % 5 === 3;

function chosenPhotos(isWanted: (i: number) => boolean): Photo[] {
  return photos().filter((_, i) => isWanted(i));
}

function linkAll(folder: string, isWanted: (i: number) => boolean): Photo[] {
  const unfinished = `${folder}.unfinished`;
  mkdirSync(unfinished, { recursive: true });
  const chosen = chosenPhotos(isWanted);
  for (const { name, path } of chosen) symlinkSync(path, join(unfinished, `${name}.jpg`));
  renameSync(unfinished, folder);
  return chosen;
}
