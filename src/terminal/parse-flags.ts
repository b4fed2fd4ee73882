import { type Command, CommanderError } from "commander";
import { PipelineError } from "#base/pipeline-error.ts";

/**
 * Parses the flags of a command.
 *
 * @param args without the program's name
 * @returns false when nothing is to be run: help or version were asked for
 * @throws PipelineError `settings` for an unknown flag (naming the nearest) or a wrong value
 */
export function parseFlags(command: Command, args: readonly string[]): boolean {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    command.parse([...args], { from: "user" });
    return true;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return false;
    const message = error instanceof Error ? error.message.replace(/^error: /, "").replace(/\n/g, " ") : String(error);
    throw new PipelineError("settings", `${message}; --help lists the flags`, { cause: error });
  }
}
