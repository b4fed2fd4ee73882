import { outputPaths } from "#artifacts/output-paths.ts";
import { Progress } from "#base/progress.ts";
import { readApplyFlags } from "#commands/apply-flags.ts";
import { type PlannedApply, planApply } from "#commands/apply-plan.ts";
import { type CarriedOut, carryOut } from "#removal/carry-out.ts";
import { latestJournal, RemovalJournal } from "#removal/removal-journal.ts";
import { type TakenBack, takeBack } from "#removal/take-back.ts";
import { readReviewed } from "#review/read-reviewed.ts";
import { reportedImages } from "#review/reported-images.ts";
import { type MadeReports, writeReviewed } from "../support/written-reports.ts";

const QUIET = { signal: new AbortController().signal, progress: new Progress() };

/** What `npm run apply -- reviewed.csv …flags` would do. */
export async function planned(
  made: MadeReports,
  decisions: Readonly<Record<string, string>>,
  ...flags: readonly string[]
): Promise<PlannedApply> {
  const file = await writeReviewed(made, decisions);
  const read = readApplyFlags([file, "--output", made.output, ...flags]);
  if (!read) throw new Error("Expected flags of an apply");
  const { rows } = await readReviewed(file, await reportedImages(outputPaths(made.output).reports));
  return planApply(rows, read, QUIET);
}

/** What a plan says before it is carried out may change the disk: `meanwhile` does. */
export async function applied(
  made: MadeReports,
  plan: PlannedApply,
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<CarriedOut> {
  const journal = await RemovalJournal.create(outputPaths(made.output).removals, plan.plan);
  await meanwhile();
  return carryOut(journal, false, QUIET).finally(() => journal.close());
}

/** Takes the latest apply back; undefined where there is none. */
export async function takenBack(made: MadeReports): Promise<TakenBack | undefined> {
  const journal = await latestJournal(outputPaths(made.output).removals, (state) => state !== "undone");
  return journal && takeBack(journal, { ...QUIET, tell: () => undefined }).finally(() => journal.close());
}
