import { Command, InvalidArgumentError, Option } from "commander";
import { PipelineError } from "#base/pipeline-error.ts";
import { givenFleet } from "#settings/given-fleet.ts";
import { readSettings } from "#settings/read-settings.ts";
import type { Settings } from "#settings/settings.ts";
import { parseFlags } from "#terminal/parse-flags.ts";

/** What `npm run worker` was told. */
export interface WorkerFlags {
  readonly settings: Settings;
  /** Address of Redis; it may hold a password. */
  readonly redis: string;
  /** Without work for so long it ends; null: it waits for ever. */
  readonly idleSeconds: number | null;
  readonly quiet: boolean;
  readonly logFormat: "text" | "json";
}

interface Parsed {
  fleet?: string;
  storage?: string;
  config?: string;
  output?: string;
  concurrency?: number;
  limitMemory?: number;
  device?: Settings["device"];
  idle?: number;
  quiet?: true;
  logFormat: "text" | "json";
}

/**
 * @param args without the program's name
 * @param environment TWINSIFT_FLEET is the address of Redis where neither flag nor config file names one
 * @returns undefined when nothing is to be run: help or version were asked for
 * @throws PipelineError `settings` for an unknown flag (naming the nearest), a wrong value, or where no Redis is named
 */
export function readWorkerFlags(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  version: string,
): WorkerFlags | undefined {
  const command = workerCommand(version);
  if (!parseFlags(command, args)) return undefined;
  const { fleet, storage, config, idle = null, quiet = false, logFormat, ...given } = command.opts<Parsed>();
  const read = readSettings(config, given);
  const settings = { ...read, fleet: givenFleet(read.fleet, { redis: fleet, storage }, environment) };
  const { redis } = settings.fleet;
  if (redis === null) {
    const advice = "name one by --fleet redis://HOST:PORT, in TWINSIFT_FLEET, or as fleet.redis in the config file";
    throw new PipelineError("settings", `Expected a Redis to take tasks from, found none: ${advice}`);
  }
  return { settings, redis, idleSeconds: idle, quiet, logFormat };
}

function workerCommand(version: string): Command {
  return new Command("npm run worker --")
    .description("Does tasks of runs on other machines (npm run pipeline -- --fleet). Stops at SIGINT or SIGTERM.")
    .option("--fleet <redis-url>", "Redis of the runs; with a password better in TWINSIFT_FLEET")
    .option("--storage <folder|s3://…>", "where this machine finds what all share (default: where the run says)")
    .option("--output <folder>", "for files that are fetched from object storage (default: output)")
    .option("--concurrency <count>", "images decoded at once", wholeNumber)
    .option("--limit-memory <megabytes>", "memory to stay within (default: a quarter of the machine's)", wholeNumber)
    .addOption(
      new Option("--device <device>", "where models run").choices(["auto", "cpu", "webgpu", "cuda", "coreml", "dml"]),
    )
    .option("--idle <seconds>", "end after so long without work (default: never)", seconds)
    .option("--config <file.json>", "settings; flags beat it")
    .option("--quiet", "no progress and no summary")
    .addOption(
      new Option("--log-format <format>", "on stderr; json tells of every task")
        .choices(["text", "json"])
        .default("text"),
    )
    .version(version)
    .allowExcessArguments(false);
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isSafeInteger(number) || number < 0)
    throw new InvalidArgumentError("Expected a whole number.");
  return number;
}

/** A timer takes 24 days at most. */
const LONGEST_IDLE_S = 24 * 24 * 3600;

function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !(number >= 0 && number <= LONGEST_IDLE_S))
    throw new InvalidArgumentError(`Expected seconds, from 0 to ${LONGEST_IDLE_S}.`);
  return number;
}
