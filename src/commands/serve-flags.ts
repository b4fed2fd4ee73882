import { Command, InvalidArgumentError, Option } from "commander";
import { PipelineError } from "#base/pipeline-error.ts";
import { METRICS, type Metric } from "#data/metric.ts";
import { isLoopback } from "#server/addresses.ts";
import { Token } from "#server/token.ts";
import { readSettings } from "#settings/read-settings.ts";
import type { ServeSettings, Settings } from "#settings/settings.ts";
import { parseFlags } from "#terminal/parse-flags.ts";

/** What `npm run serve` was told. */
export interface ServeFlags {
  readonly settings: Settings;
  readonly metric: Metric;
  /** Whether every request is told of. */
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly logFormat: "text" | "json";
}

interface Parsed {
  config?: string;
  output?: string;
  features?: string;
  metric: Metric;
  host?: string;
  port?: number;
  token?: string;
  addTo?: string;
  verbose?: true;
  quiet?: true;
  logFormat: "text" | "json";
}

/**
 * @param args without the program's name
 * @param environment TWINSIFT_TOKEN is the token where no flag names one
 * @returns undefined when nothing is to be run: help or version were asked for
 * @throws PipelineError `settings` for an unknown flag, a wrong value, or a host that others can reach without a token
 */
export function readServeFlags(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  version: string,
): ServeFlags | undefined {
  const command = serveCommand(version);
  if (!parseFlags(command, args)) return undefined;
  const { config, output, features, metric, verbose, quiet, logFormat, ...given } = command.opts<Parsed>();
  const told = { output, features };
  const flags = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  const settings = readSettings(config, flags);
  const fromEnvironment = environment.TWINSIFT_TOKEN ? { token: environment.TWINSIFT_TOKEN } : {};
  const serve = { ...settings.serve, ...fromEnvironment, ...given };
  checkToken(serve);
  return {
    settings: { ...settings, serve },
    metric,
    verbose: verbose ?? false,
    quiet: quiet ?? false,
    logFormat,
  };
}

function checkToken({ host, token }: ServeSettings): void {
  if (token !== null) {
    new Token(token);
    return;
  }
  if (isLoopback(host)) return;
  const found = `found the host ${JSON.stringify(host)}, which others can reach`;
  const advice = "name one in TWINSIFT_TOKEN (openssl rand -hex 24 makes one) or by --token";
  throw new PipelineError("settings", `Expected a token, ${found}: ${advice}`);
}

function serveCommand(version: string): Command {
  return new Command("npm run serve --")
    .description("Answers over HTTP what is like an image, and shows the page. Stops at SIGINT or SIGTERM.")
    .option("--output <folder>", "where the run wrote to (default: output)")
    .option("--features <folder>", "existing .npy shards instead of the run's index")
    .addOption(new Option("--metric <metric>", "distance").choices(METRICS).default("l2"))
    .option("--host <address>", "where to listen (default: 127.0.0.1); any but this machine's own wants a token")
    .option("--port <number>", "default: 8080; 0 takes a free one", port)
    .option("--token <text>", "what every request has to bring; other users see it here, and not in TWINSIFT_TOKEN")
    .option("--add-to <folder>", "lets POST /images add images there, one of the run's image folders")
    .option("--config <file.json>", "settings; flags beat it")
    .option("--verbose", "tell of every request on stderr")
    .option("--quiet", "no progress")
    .addOption(
      new Option("--log-format <format>", "on stderr; json tells of every request")
        .choices(["text", "json"])
        .default("text"),
    )
    .version(version)
    .allowExcessArguments(false);
}

function port(value: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isInteger(number) || number < 0 || number > 65_535)
    throw new InvalidArgumentError("Expected a whole number from 0 to 65535.");
  return number;
}
