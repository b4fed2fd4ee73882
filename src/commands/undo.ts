// npm run undo: brings back what npm run apply removed last.
import { Command } from "commander";
import { outputPaths } from "#artifacts/output-paths.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { CarryOutOptions } from "#removal/carry-out.ts";
import { describeReturns, describeTakenBack } from "#removal/describe-removal.ts";
import { latestJournal, type RemovalJournal } from "#removal/removal-journal.ts";
import { expectedReturns, takeBack } from "#removal/take-back.ts";
import { readSettings } from "#settings/read-settings.ts";
import { endProcess } from "#terminal/end-process.ts";
import { parseFlags } from "#terminal/parse-flags.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import { removalSession, type SessionEnd, withLock } from "./removal-session.ts";

const EXIT_KEPT = 1;

interface Flags {
  config?: string;
  output?: string;
  dryRun?: true;
  quiet?: true;
}

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("npm run undo --")
    .description(
      "Brings back what npm run apply removed last, each file as it was; the next undo what it removed before.",
    )
    .argument("[start]", "take back what was applied then, as apply and undo name it, instead of the latest")
    .option("--dry-run", "say what would be done, and do nothing")
    .option("--output <folder>", "where the run wrote to (default: output)")
    .option("--config <file.json>", "settings; flags beat it")
    .option("--quiet", "no progress")
    .allowExcessArguments(false);
  if (!parseFlags(command, args)) return 0;
  const { config, output, dryRun = false, quiet = false } = command.opts<Flags>();
  const settings = readSettings(config, output === undefined ? {} : { output });
  const { removals } = outputPaths(settings.output);
  const [start] = command.args;
  return removalSession(quiet, (options) =>
    dryRun ? show(removals, start) : withLock(settings.output, () => undo(removals, start, options)),
  );
}

async function show(folder: string, start: string | undefined): Promise<SessionEnd> {
  const journal = await soughtApply(folder, start);
  if (journal) for await (const line of describeReturns(expectedReturns(journal))) process.stdout.write(line);
  return 0;
}

async function undo(folder: string, start: string | undefined, options: CarryOutOptions): Promise<SessionEnd> {
  const journal = await soughtApply(folder, start);
  if (!journal) return 0;
  const tell = ({ path }: { path: string }) => process.stdout.write(`restored ${quotedName(path)}\n`);
  const back = await takeBack(journal, { ...options, tell }).finally(() => journal.close());
  process.stdout.write(`${describeTakenBack(back)}\n`);
  if (back.isInterrupted) return "interrupted";
  return back.kept.length + back.lost.length > 0 ? EXIT_KEPT : 0;
}

/**
 * The latest apply that was not taken back as a whole, or the one that began at `start`.
 *
 * @throws PipelineError `settings` where none began then
 */
async function soughtApply(folder: string, start: string | undefined): Promise<RemovalJournal | undefined> {
  const journal = await latestJournal(folder, (state, name) => state !== "undone" && (start ?? name) === name);
  if (!journal && start !== undefined) {
    const found = `found none in "${folder}" that is not undone`;
    throw new PipelineError("settings", `Expected an apply that began at ${quotedName(start)}, ${found}`);
  }
  process.stdout.write(journal ? `What was applied at ${journal.plan.name}:\n` : "Nothing is left to undo\n");
  return journal;
}

endProcess(main(process.argv.slice(2)));
