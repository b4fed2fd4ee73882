// npm run apply -- GROUPS.csv: removes the images that a review dropped, so that npm run undo can bring them back.
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { type EditedReport, editedReports } from "#artifacts/edited-reports.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { restorePrevious } from "#artifacts/whole-folder.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { type CarryOutOptions, carryOut } from "#removal/carry-out.ts";
import { describeApplied, describePlan, describePlanned, describeTakenBack } from "#removal/describe-removal.ts";
import { begunJournal, type FinishedJournal, finishBegun } from "#removal/finish-begun.ts";
import { RemovalJournal } from "#removal/removal-journal.ts";
import type { Removal } from "#removal/removal-plan.ts";
import { Ledger } from "#review/ledger.ts";
import { type ReviewedRow, readReviewed } from "#review/read-reviewed.ts";
import { reportedImages } from "#review/reported-images.ts";
import { takeReviews } from "#review/take-reviews.ts";
import { endProcess } from "#terminal/end-process.ts";
import { formatNumberOf } from "#terminal/format.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import { type ApplyFlags, readApplyFlags } from "./apply-flags.ts";
import { planApply } from "./apply-plan.ts";
import { removalSession, type SessionEnd, withLock } from "./removal-session.ts";

const EXIT_LEFT = 1;

async function main(args: readonly string[]): Promise<number> {
  const flags = readApplyFlags(args);
  if (!flags) return 0;
  const { output } = flags.settings;
  return removalSession(flags.quiet, (options) =>
    flags.isMeant ? withLock(output, () => apply(flags, options)) : show(flags, options),
  );
}

/** Says what would be done; writes nothing. */
async function show(flags: ApplyFlags, options: CarryOutOptions): Promise<SessionEnd> {
  const begun = await begunJournal(outputPaths(flags.settings.output).removals);
  if (begun)
    process.stderr.write(`What began at ${begun.plan.name} did not come to its end: --yes finishes it first\n`);
  const { reports } = outputPaths(flags.settings.output);
  const planned = await planApply(await reviewedRows(flags.file as string, reports), flags, options);
  if (flags.listOnly) {
    process.stdout.write(listOf(planned.removals, flags.pathEnd));
    return 0;
  }
  for (const line of describePlan(planned.removals, flags.action)) process.stdout.write(line);
  process.stdout.write(`${describePlanned(planned, flags.action)}\nNothing was done: --yes does it\n`);
  return 0;
}

async function reviewedRows(file: string, reports: string): Promise<readonly ReviewedRow[]> {
  const { rows, gone } = await readReviewed(file, await reportedImages(reports));
  if (gone > 0) {
    const passedOver = `${formatNumberOf(gone, "row")} of images that are gone or have changed since they were shown`;
    process.stderr.write(`Passed over ${passedOver}\n`);
  }
  return rows;
}

/** @throws PipelineError `input` where a path would be taken for two */
function listOf(removals: readonly Removal[], pathEnd: ApplyFlags["pathEnd"]): string {
  const broken = removals.find(({ path }) => pathEnd === "\n" && /[\r\n]/.test(path));
  if (broken) {
    const found = `found a line end in ${quotedName(broken.path)}`;
    throw new PipelineError("input", `Expected a path a line, ${found}: --null puts a NUL behind each path instead`);
  }
  return removals.map(({ path }) => path + pathEnd).join("");
}

async function apply(flags: ApplyFlags, options: CarryOutOptions): Promise<SessionEnd> {
  const paths = outputPaths(flags.settings.output);
  const begun = await finishBegun(paths.removals, options);
  if (begun) process.stdout.write(`${describeFinished(begun)}\n`);
  else if (flags.file === undefined) process.stdout.write("Nothing was left to finish\n");
  const earlier = begun ? endOf(begun) : 0;
  if (flags.file === undefined || earlier === "interrupted") return earlier;
  await restorePrevious(paths.reports);
  const planned = await planApply(await reviewedRows(flags.file, paths.reports), flags, options);
  await takeDown(flags.file, flags);
  if (planned.removals.length === 0) {
    process.stdout.write(`${describePlanned(planned, flags.action)}\n`);
    return earlier;
  }
  const journal = await RemovalJournal.create(paths.removals, planned.plan);
  const applied = await carryOut(journal, false, options).finally(() => journal.close());
  const { gone, left } = planned;
  process.stdout.write(`${describeApplied({ ...applied, gone, cannot: left }, planned.plan)}\n`);
  if (applied.isInterrupted) return "interrupted";
  return applied.left.length > 0 ? EXIT_LEFT : earlier;
}

/** What a person decided holds in later runs too. */
async function takeDown(file: string, { settings }: ApplyFlags): Promise<void> {
  const paths = outputPaths(settings.output);
  const ledger = await Ledger.read(settings.decisions ?? paths.decisions);
  const place = await realpath(file);
  const edited: EditedReport[] = [];
  for (const report of await editedReports(paths.reports))
    if ((await realpath(join(paths.reports, report.name))) === place) edited.push(report);
  for (const line of await takeReviews(paths.reports, ledger, { edited, files: [file] }))
    process.stderr.write(`${line}\n`);
}

function describeFinished(finished: FinishedJournal): string {
  const { plan } = finished.journal;
  const told = "applied" in finished ? describeApplied(finished.applied, plan) : describeTakenBack(finished.undone);
  return `Went on with what began at ${plan.name}: ${told}`;
}

function endOf(finished: FinishedJournal): SessionEnd {
  const { isInterrupted, ...rest } = "applied" in finished ? finished.applied : finished.undone;
  if (isInterrupted) return "interrupted";
  const problems = "left" in rest ? rest.left : [...rest.kept, ...rest.lost];
  return problems.length > 0 ? EXIT_LEFT : 0;
}

endProcess(main(process.argv.slice(2)));
