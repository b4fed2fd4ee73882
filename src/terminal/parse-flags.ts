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
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  try {
    command.parse([...args], { from: "user" });
    return true;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return false;
    if (error instanceof CommanderError && error.code === "commander.help") {
      const known = command.commands.map((each) => each.name()).join(" or ");
      throw new PipelineError("settings", `Expected a command, ${known}; --help tells more`, { cause: error });
    }
    const message = error instanceof Error ? error.message.replace(/^error: /, "").replace(/\n/g, " ") : String(error);
    throw new PipelineError("settings", `${message}; --help lists the flags`, { cause: error });
  }
}
