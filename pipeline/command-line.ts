import { Command, InvalidArgumentError, Option } from "commander";
import { didYouMean } from "#base/nearest-name.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { EXPORT_FORMATS, type ExportFormat } from "#data/export-format.ts";
import { VIEWS } from "#data/view.ts";
import { givenFleet } from "#settings/given-fleet.ts";
import { readSettings } from "#settings/read-settings.ts";
import type { Settings } from "#settings/settings.ts";
import { parseFlags } from "#terminal/parse-flags.ts";
import { refuseExportOfFeatures } from "./exports.ts";

export interface CommandLine {
  readonly settings: Settings;
  /** Files of decisions, besides those among the latest reports. */
  readonly reviewed: readonly string[];
  readonly quiet: boolean;
  readonly logFormat: "text" | "json";
  readonly dryRun: boolean;
}

interface Flags {
  config?: string;
  images?: string[];
  reference?: string[];
  labels?: string[];
  features?: string;
  model?: string;
  secondModel?: string;
  views?: Settings["views"];
  threshold?: number;
  dissimilar?: number;
  candidates?: number;
  device?: Settings["device"];
  concurrency?: number;
  limitMemory?: number;
  maxUnreadable?: number;
  verify?: boolean;
  allowShrink?: boolean;
  output?: string;
  decisions?: string;
  reviewed?: string[];
  xlsx?: boolean;
  export?: ExportFormat[];
  fleet?: string;
  storage?: string;
  dryRun?: boolean;
  quiet?: boolean;
  logFormat: "text" | "json";
}

/**
 * @param args without the program's name
 * @returns the exit code instead when nothing is to be run: help or version were asked for
 * @throws PipelineError `settings` for an unknown flag (naming the nearest) or a wrong value
 */
export function readCommandLine(args: readonly string[], version: string): CommandLine | number {
  const command = pipelineCommand(version);
  if (!parseFlags(command, args)) return 0;
  const flags = command.opts<Flags>();
  const {
    config,
    reference,
    reviewed = [],
    dryRun = false,
    quiet = false,
    logFormat,
    fleet,
    storage,
    ...given
  } = flags;
  const read = readSettings(config, reference === undefined ? given : { ...given, references: reference });
  const settings = { ...read, fleet: givenFleet(read.fleet, { redis: fleet, storage }, process.env) };
  refuseStorageAlone(storage, settings);
  refuseMixedSources(settings);
  refuseExportOfFeatures(settings);
  return { settings, reviewed, quiet, logFormat, dryRun };
}

function pipelineCommand(version: string): Command {
  const command = new Command("npm run pipeline --");
  command.description(
    "Finds copies in folders of images and ranks what to label next. Without images it runs on a sample.",
  );
  command
    .option("--images <folder>", "folder to scan, repeatable", appended)
    .option(
      "--reference <folder>",
      "folder to scan whose images must never go, repeatable; sub-folders are labels",
      appended,
    )
    .option(
      "--labels <path>",
      "CSV (path,label[,split]), export of Label Studio, CVAT, COCO or YOLO, or class folders, repeatable",
      appended,
    )
    .option("--features <folder>", "existing .npy shards instead of images")
    .option("--model <name|file.onnx>", "embedded model, or a file that a preset is for")
    .option("--second-model <name|file.onnx>", "semantic model beside a copy model: it measures who is dissimilar")
    .option("--views <default|none|list>", `further views of each picture, of ${VIEWS.join(",")}`, viewList)
    .option("--threshold <distance>", "images at this L2 distance or nearer are duplicates", distance)
    .option("--dissimilar <distance>", "candidates are farther than this from every labeled image", distance)
    .option("--candidates <count>", "how many candidates to rank", wholeNumber)
    .addOption(
      new Option("--device <device>", "where models run").choices(["auto", "cpu", "webgpu", "cuda", "coreml", "dml"]),
    )
    .option("--concurrency <count>", "images decoded at once", wholeNumber)
    .option("--limit-memory <megabytes>", "memory to stay within (default: a quarter of the machine's)", wholeNumber)
    .option("--max-unreadable <count>", "end with exit code 4 when more images are unreadable", wholeNumber)
    .option("--verify", "read every file again, also where size and time are as they were")
    .option("--allow-shrink", "go on though an image folder has lost more than half its files")
    .option("--reviewed <file>", "take down the decisions of a reviewed file (csv, xlsx, ods), repeatable", appended)
    .option("--decisions <file.csv>", "where decisions are taken down (default: decisions.csv in the output folder)")
    .option("--xlsx", "write groups.xlsx too, a spreadsheet with pictures")
    .option(
      "--export <tool>",
      `write candidates for a labeling tool too, of ${EXPORT_FORMATS.join(",")}, repeatable`,
      tools,
    )
    .option("--fleet <redis-url>", "give the work to workers on several machines, over this Redis (npm run worker)")
    .option("--storage <folder|s3://…>", "what those machines share (default: the same files under the same paths)")
    .option("--output <folder>", "where index, reports and runs are written (default: output)")
    .option("--config <file.json>", "settings; flags beat it")
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--quiet", "no progress and no summary")
    .addOption(new Option("--log-format <format>", "progress on stderr").choices(["text", "json"]).default("text"))
    .version(version);
  return command.allowExcessArguments(false);
}

function appended(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

function tools(value: string, earlier: readonly ExportFormat[] = []): ExportFormat[] {
  const format = EXPORT_FORMATS.find((known) => known === value);
  if (format === undefined)
    throw new InvalidArgumentError(`Found labeling tool "${value}"${didYouMean(value, EXPORT_FORMATS)}.`);
  return [...new Set([...earlier, format])];
}

function viewList(value: string): Settings["views"] {
  if (value === "default" || value === "none") return value;
  return value.split(",").map((name) => {
    const view = VIEWS.find((known) => known === name.trim());
    if (view === undefined)
      throw new InvalidArgumentError(`Found view "${name}"${didYouMean(name, [...VIEWS, "default", "none"])}.`);
    return view;
  });
}

function distance(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number) || number < 0)
    throw new InvalidArgumentError("Expected a number from 0 on.");
  return number;
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isSafeInteger(number) || number < 0)
    throw new InvalidArgumentError("Expected a whole number.");
  return number;
}

/** Somebody who forgot the address would wait for one machine to do what many were meant to. */
function refuseStorageAlone(storage: string | undefined, { fleet }: Settings): void {
  if (storage === undefined || fleet.redis !== null) return;
  const advice = "name one by --fleet redis://HOST:PORT, in TWINSIFT_FLEET, or as fleet.redis in the config file";
  throw new PipelineError(
    "settings",
    `--storage is what workers share, but there is no Redis to reach them: ${advice}`,
  );
}

function refuseMixedSources({ features, images, references, secondModel }: Settings): void {
  if (features !== null && images.length + references.length > 0) {
    throw new PipelineError(
      "settings",
      `Expected images or features, found both: --features "${features}" replaces image folders`,
    );
  }
  if (features !== null && secondModel !== null) {
    throw new PipelineError(
      "settings",
      `Expected images for --second-model "${secondModel}", found --features "${features}": a model needs pictures`,
    );
  }
}
