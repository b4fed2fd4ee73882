// npm run calibrate -- --images FOLDER: which threshold? Shown on the user's own images, or on their reviewed decisions.
import { cpus } from "node:os";
import { join } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { writeReport, writeTable } from "#artifacts/report-files.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { Progress } from "#base/progress.ts";
import {
  describeReviewed,
  type ReviewedCalibration,
  reviewedJson,
  reviewedPlot,
  reviewedTable,
} from "#calibration/reviewed-report.ts";
import { calibrationJson, calibrationPlot, calibrationTable } from "#calibration/sample-report.ts";
import { describeCalibration } from "#calibration/sample-text.ts";
import type { Table } from "#data/table.ts";
import { endProcess } from "#terminal/end-process.ts";
import { showProgress } from "#terminal/progress-display.ts";
import { type CalibrateFlags, readCalibrateFlags } from "./calibrate-flags.ts";
import { calibrateOnReviews } from "./calibrate-reviewed.ts";
import { calibrateOnSample } from "./calibrate-sample.ts";

/** What a calibration brings, whatever it rests on. */
interface Outcome {
  /** Of the files, without their ending. */
  readonly name: string;
  readonly table: Table;
  readonly json: string;
  readonly plot: string;
  /** For a person. */
  readonly text: string;
}

async function main(args: readonly string[]): Promise<number> {
  const flags = readCalibrateFlags(args);
  if (!flags) return 0;
  const progress = new Progress();
  const stopShowing = showProgress(progress, { quiet: flags.quiet, format: "text", stream: process.stderr });
  const outcome = await calibrate(flags, progress).finally(stopShowing);
  const folder = outputPaths(flags.settings.output).calibration;
  await write(outcome, folder);
  const files = `\nWritten: ${join(folder, outcome.name)}.csv, .svg and .json\n`;
  process.stdout.write(flags.json ? outcome.json : outcome.text + files);
  return 0;
}

async function calibrate(flags: CalibrateFlags, progress: Progress): Promise<Outcome> {
  if (flags.reviewed !== undefined) return reviewedOutcome(await calibrateOnReviews(flags.reviewed, flags));
  const calibration = await calibrateOnSample(flags, progress);
  return {
    name: "calibration",
    table: calibrationTable(calibration),
    json: [...calibrationJson(calibration)].join(""),
    plot: calibrationPlot(calibration),
    text: describeCalibration(calibration, cpus().length),
  };
}

function reviewedOutcome(calibration: ReviewedCalibration): Outcome {
  return {
    name: "reviewed",
    table: reviewedTable(calibration),
    json: [...reviewedJson(calibration)].join(""),
    plot: reviewedPlot(calibration),
    text: describeReviewed(calibration),
  };
}

async function write({ name, table, json, plot }: Outcome, folder: string): Promise<void> {
  await makeFolder(folder).catch((error) => {
    const advice = "choose another --output";
    throw new PipelineError("artifact", `Cannot make "${folder}": ${messageOf(error)}; ${advice}`, { cause: error });
  });
  await writeTable(folder, name, table);
  await writeReport(folder, `${name}.svg`, [plot]);
  await writeReport(folder, `${name}.json`, [json]);
}

endProcess(main(process.argv.slice(2)));
