import { Command, InvalidArgumentError, Option } from "commander";
import { PipelineError } from "#base/pipeline-error.ts";
import { METRICS, type Metric } from "#data/metric.ts";
import { readSettings } from "#settings/read-settings.ts";
import type { Settings } from "#settings/settings.ts";
import { parseFlags } from "#terminal/parse-flags.ts";

/** What `npm run search` was told. */
export interface SearchFlags {
  readonly settings: Settings;
  /** Object ids and image files. */
  readonly queries: readonly string[];
  /** Folder of features whose rows are asked for too. */
  readonly stored: string | undefined;
  readonly metric: Metric;
  readonly limit: number;
  readonly referenceOnly: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * @returns undefined when only help was asked for
 * @throws PipelineError `settings` for a wrong flag, or where nothing is asked
 */
export function readSearchFlags(args: readonly string[]): SearchFlags | undefined {
  const command = new Command("npm run search --")
    .description(
      "The images nearest to image files, or to images of the index: a line each, id and distance, nearest first.",
    )
    .argument("[query...]", "object ids of the index, or image files")
    .option("--limit <number>", "images to name", wholeNumber, 10)
    .option("--json", "a line of JSON a query, as the server answers")
    .option("--reference-only", "only reference images are looked at")
    .option("--queries <folder>", "ask for every row of a folder of .npy shards")
    .option("--features <folder>", "search .npy shards instead of the latest run's index")
    .addOption(new Option("--metric <name>", "l2, or 1 − cosine").choices(METRICS).default("l2"))
    .option("--output <folder>", "where the run wrote to (default: output)")
    .option("--config <file.json>", "settings; flags beat it")
    .option("--quiet", "no progress");
  if (!parseFlags(command, args)) return undefined;
  const { output, config, features, queries: stored, ...flags } = command.opts<Flags>();
  const settings = readSettings(config, {
    ...(output === undefined ? {} : { output }),
    ...(features === undefined ? {} : { features }),
  });
  const queries = command.args;
  if (queries.length === 0 && stored === undefined) {
    const advice = "give object ids or image files, or --queries FOLDER; --help lists the flags";
    throw new PipelineError("settings", `Expected something to search for, found nothing: ${advice}`);
  }
  const { referenceOnly = false, json = false, quiet = false } = flags;
  return { settings, queries, stored, ...flags, referenceOnly, json, quiet };
}

interface Flags {
  readonly limit: number;
  readonly metric: Metric;
  readonly json?: true;
  readonly referenceOnly?: true;
  readonly quiet?: true;
  readonly queries?: string;
  readonly features?: string;
  readonly output?: string;
  readonly config?: string;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("Expected a whole number from 1 on.");
  return number;
}
