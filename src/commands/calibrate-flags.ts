import { Command, InvalidArgumentError, Option } from "commander";
import { VIEWS } from "#data/view.ts";
import { readSettings } from "#settings/read-settings.ts";
import type { Settings } from "#settings/settings.ts";
import { parseFlags } from "#terminal/parse-flags.ts";

/** What a calibration was told. */
export interface CalibrateFlags {
  readonly settings: Settings;
  /** Images that are drawn. */
  readonly sample: number;
  readonly precision: number;
  readonly copies: number;
  /** Undefined: as many as the folders hold. */
  readonly of: number | undefined;
  readonly seed: number;
  /** A CSV file of reviewed decisions, instead of a sample. */
  readonly reviewed: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Fewer tell nothing. */
export const SMALLEST_SAMPLE = 20;

type Given = Partial<Pick<Settings, "images" | "model" | "views" | "device" | "concurrency" | "output">>;
type Parsed = Given & Omit<CalibrateFlags, "settings"> & { config?: string };

/**
 * @param args without the program's name
 * @returns undefined when nothing is to be run: help was asked for
 * @throws PipelineError `settings` for an unknown flag (naming the nearest) or a wrong value
 */
export function readCalibrateFlags(args: readonly string[]): CalibrateFlags | undefined {
  const command = calibrateCommand();
  if (!parseFlags(command, args)) return undefined;
  const {
    sample,
    precision,
    copies,
    of,
    seed,
    reviewed,
    json = false,
    quiet = false,
    ...rest
  } = command.opts<Parsed>();
  const { config, ...given } = rest;
  const settings = readSettings(config, given);
  return { settings, sample, precision, copies, of, seed, reviewed, json, quiet };
}

function calibrateCommand(): Command {
  return new Command("npm run calibrate --")
    .description(
      "Which threshold? Makes edited copies of a sample of your images and shows, for each threshold, how many of them are found and how many pairs of different pictures would be.",
    )
    .option("--images <folder>", "folder to draw from, repeatable", (value, earlier: string[] = []) => [
      ...earlier,
      value,
    ])
    .option("--model <name|file.onnx>", "embedded model, or a file that a preset is for")
    .option("--views <default|none|list>", `further views of each picture, of ${VIEWS.join(",")}`, viewList)
    .addOption(
      new Option("--device <device>", "where models run").choices(["auto", "cpu", "webgpu", "cuda", "coreml", "dml"]),
    )
    .option("--sample <count>", "images that are drawn", wholeNumber(SMALLEST_SAMPLE), 300)
    .option("--precision <share>", "share of the pairs within the threshold that must be true copies", share, 0.99)
    .option("--copies <share>", "share of the images that are copies of another, an assumption", share, 0.2)
    .option("--of <count>", "images that will be compared (default: as many as the folders hold)", wholeNumber(2))
    .option("--seed <number>", "another draws other images and edits", wholeNumber(0), 1)
    .option(
      "--reviewed <file.csv>",
      "decisions instead of a sample: a reviewed groups.csv, or path_a,path_b,distance,decision; drop is a true copy, not-duplicate a false one",
    )
    .option("--concurrency <count>", "images decoded at once", wholeNumber(1))
    .option("--output <folder>", "results go to its folder calibration (default: output)")
    .option("--config <file.json>", "settings; flags beat it")
    .option("--json", "the result as JSON instead of a table")
    .option("--quiet", "no progress")
    .addHelpText("after", DEFINITIONS)
    .allowExcessArguments(false);
}

const DEFINITIONS = `
What the table says:
  copies found  share of the edited copies within the threshold of their own original
  false pairs   pairs of different pictures within it that 1,000 images would give: their share of all pairs of the
                sample (originals with originals, originals with copies of others) times 499,500
  precision     of N images (--of) by distance alone: true / (true + false) with true = copies found × N × --copies and
                false = that share × N (N − 1) / 2; at least three false pairs of the sample are counted (rule of three)
  recommended   the largest threshold whose precision is at least --precision
Writes calibration.csv, .svg and .json (with --reviewed: reviewed.csv, .svg and .json); index and reports stay as they are.`;

/** Names are checked with the other settings. */
function viewList(value: string): Settings["views"] {
  if (value === "default" || value === "none") return value;
  return value.split(",").map((name) => name.trim()) as unknown as Settings["views"];
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !(number > 0 && number < 1))
    throw new InvalidArgumentError("Expected a number between 0 and 1.");
  return number;
}

function wholeNumber(least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === "" || !Number.isSafeInteger(number) || number < least)
      throw new InvalidArgumentError(`Expected a whole number from ${least} on.`);
    return number;
  };
}
