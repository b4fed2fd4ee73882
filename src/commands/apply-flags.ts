import { Command, Option } from "commander";
import { PipelineError } from "#base/pipeline-error.ts";
import { MATCHES, type Match } from "#data/match.ts";
import type { RemovalAction } from "#removal/removal-plan.ts";
import { readSettings } from "#settings/read-settings.ts";
import type { Settings } from "#settings/settings.ts";
import { parseFlags } from "#terminal/parse-flags.ts";

/** What `npm run apply` was told. */
export interface ApplyFlags {
  readonly settings: Settings;
  /** The reviewed file; undefined where only what was begun is to be finished. */
  readonly file: string | undefined;
  /** False: nothing is written. */
  readonly isMeant: boolean;
  readonly action: RemovalAction;
  readonly listOnly: boolean;
  /** What stands behind each path of a list. */
  readonly pathEnd: "\n" | "\0";
  readonly accept: Match | undefined;
  readonly quarantine: string | undefined;
  /** Other places of the image folders. */
  readonly images: readonly string[];
  readonly reference: readonly string[];
  readonly quiet: boolean;
}

interface Parsed {
  config?: string;
  output?: string;
  decisions?: string;
  yes?: true;
  resume?: true;
  hardlink?: true;
  delete?: true;
  listOnly?: true;
  null?: true;
  accept?: Match;
  quarantine?: string;
  images?: string[];
  reference?: string[];
  quiet?: true;
}

/**
 * @param args without the program's name
 * @returns undefined when nothing is to be run: help was asked for
 * @throws PipelineError `settings` for an unknown flag (naming the nearest), a wrong value, or flags that exclude each other
 */
export function readApplyFlags(args: readonly string[]): ApplyFlags | undefined {
  const command = applyCommand();
  if (!parseFlags(command, args)) return undefined;
  const given = command.opts<Parsed>();
  const [file] = command.args;
  if ((file === undefined) !== (given.resume ?? false)) {
    const found = file === undefined ? "no file" : `${JSON.stringify(file)} and --resume`;
    throw new PipelineError("settings", `Expected a reviewed file or --resume, found ${found}; --help lists the flags`);
  }
  if (given.null && !given.listOnly)
    throw new PipelineError("settings", "Expected --list-only with --null; --help lists the flags");
  const { config, output, decisions, accept, quarantine, images = [], reference = [] } = given;
  return {
    settings: readSettings(config, {
      ...(output === undefined ? {} : { output }),
      ...(decisions === undefined ? {} : { decisions }),
    }),
    ...{ file, accept, quarantine, images, reference },
    isMeant: given.yes ?? given.resume ?? false,
    action: actionOf(given),
    listOnly: given.listOnly ?? false,
    pathEnd: given.null ? "\0" : "\n",
    quiet: given.quiet ?? false,
  };
}

function actionOf(given: Parsed): RemovalAction {
  if (given.hardlink) return "hardlink";
  return given.delete ? "delete" : "quarantine";
}

function applyCommand(): Command {
  return new Command("npm run apply --")
    .description("Removes the images that a review dropped. Says what it would do, and does it with --yes.")
    .argument("[groups.csv]", "the reviewed file: groups.csv as it was saved, or what report.html exported")
    .option("--yes", "do it; without, nothing is written")
    .addOption(
      new Option("--hardlink", "replace files by names of a file of the same bytes that stays").conflicts([
        "delete",
        "listOnly",
        "quarantine",
      ]),
    )
    .addOption(new Option("--delete", "remove for good instead of moving away").conflicts(["listOnly", "quarantine"]))
    .addOption(
      new Option("--list-only", "print the paths, one a line, and do nothing").conflicts(["yes", "quarantine"]),
    )
    .option("--null", "with --list-only: a NUL behind each path, for names with line ends")
    .addOption(
      new Option(
        "--accept <match>",
        "remove undecided duplicates too whose match with their keeper is at least this",
      ).choices(MATCHES),
    )
    .option("--quarantine <folder>", "where files are moved to (default: quarantine in the output folder)")
    .option("--images <folder>", "where an image folder of the latest run lies now, repeatable", appended)
    .option("--reference <folder>", "where a reference folder of the latest run lies now, repeatable", appended)
    .addOption(
      new Option("--resume", "only finish what was killed or interrupted").conflicts([
        ...["yes", "hardlink", "delete", "listOnly", "accept", "quarantine", "images", "reference"],
      ]),
    )
    .option("--decisions <file.csv>", "where decisions are taken down (default: decisions.csv in the output folder)")
    .option("--output <folder>", "where the run wrote to (default: output)")
    .option("--config <file.json>", "settings; flags beat it")
    .option("--quiet", "no progress")
    .addHelpText("after", "\nnpm run undo brings back what was removed last.")
    .allowExcessArguments(false);
}

function appended(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}
