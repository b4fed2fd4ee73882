import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { outputPaths } from "#artifacts/output-paths.ts";
import { storedPairs } from "#artifacts/stored-pairs.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { readReviewed } from "#calibration/read-reviewed.ts";
import { type GroupedPairs, reviewedRates } from "#calibration/reviewed-rates.ts";
import type { ReviewedCalibration } from "#calibration/reviewed-report.ts";
import { ThresholdGrid } from "#calibration/threshold-grid.ts";
import { isAtLeast } from "#data/match.ts";
import { findModel } from "#settings/find-model.ts";
import type { Settings } from "#settings/settings.ts";
import type { CalibrateFlags } from "./calibrate-flags.ts";

/** Vectors of unit length are at most so far apart. */
const FARTHEST_UNIT = 2;

/**
 * Calibrates on decisions that a person made.
 *
 * @throws PipelineError `input` where the file is none of reviewed decisions
 */
export async function calibrateOnReviews(
  file: string,
  { settings, precision }: Pick<CalibrateFlags, "settings" | "precision">,
): Promise<ReviewedCalibration> {
  const reviewed = await readReviewed(file);
  const run = await latestRun(settings);
  const farthest = reviewed.reduce((most, { distance }) => Math.max(most, distance), run?.threshold ?? 0);
  const grid = farthest <= FARTHEST_UNIT ? new ThresholdGrid(2) : ThresholdGrid.forLength(farthest);
  return { rates: reviewedRates(reviewed, run, grid), precision, runThreshold: run?.threshold, grid };
}

/** The pairs by which the latest run grouped; undefined where there was none. */
async function latestRun(settings: Settings): Promise<GroupedPairs | undefined> {
  const { reports } = outputPaths(settings.output);
  if (!existsSync(join(reports, "pairs.csv"))) return undefined;
  const ran = settingsOfRun(join(reports, "run.json"));
  const weakest = ran.cluster?.match ?? settings.cluster.match;
  const pairs: GroupedPairs["pairs"][number][] = [];
  let farthest = 0;
  for await (const pair of storedPairs(reports)) {
    farthest = Math.max(farthest, pair.distance);
    if (isAtLeast(pair.match, weakest)) pairs.push(pair);
  }
  // of features that came without a model nothing more is known
  return { pairs, threshold: ran.threshold ?? presetThreshold({ ...settings, ...ran }) ?? farthest };
}

function settingsOfRun(file: string): Partial<Settings> {
  try {
    return JSON.parse(readFileSync(file, "utf8")).config;
  } catch (error) {
    throw new PipelineError("artifact", `Cannot read "${file}": ${messageOf(error)}; run the pipeline again`, {
      cause: error,
    });
  }
}

function presetThreshold(settings: Settings): number | undefined {
  try {
    return settings.features === null ? findModel(settings).preset.threshold : undefined;
  } catch {
    // its file may be gone since
    return undefined;
  }
}
