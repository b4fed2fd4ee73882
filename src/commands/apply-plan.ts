import { join } from "node:path";
import { ImagePlaces, replacePlaces } from "#artifacts/image-places.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { storedFolders } from "#artifacts/stored-folders.ts";
import { storedGroups } from "#artifacts/stored-groups.ts";
import type { CarryOutOptions } from "#removal/carry-out.ts";
import { chooseRemovals, type ReviewedDecision } from "#removal/choose-removals.ts";
import { ContentChecker } from "#removal/content-checker.ts";
import { type PlannedRemovals, planRemovals } from "#removal/plan-removals.ts";
import { quarantineFolder } from "#removal/quarantine-folder.ts";
import { Refusals } from "#removal/refusals.ts";
import { removalName } from "#removal/removal-name.ts";
import type { RemovalPlan } from "#removal/removal-plan.ts";
import type { ApplyFlags } from "./apply-flags.ts";

/** What an apply would do, and what it cannot. */
export interface PlannedApply extends PlannedRemovals {
  readonly plan: RemovalPlan;
}

/**
 * Plans an apply by the latest reports and by what lies on disk; changes nothing.
 *
 * @param reviewed what the reviewed file says
 * @throws PipelineError `input` naming every image that must not go, `artifact` where the reports cannot be read
 */
export async function planApply(
  reviewed: readonly ReviewedDecision[],
  { settings, action, accept, quarantine: given, images, reference }: ApplyFlags,
  { signal, progress }: CarryOutOptions,
): Promise<PlannedApply> {
  const paths = outputPaths(settings.output);
  const folders = replacePlaces(await storedFolders(paths.reports), images, "--images");
  const places = await ImagePlaces.open(replacePlaces(folders, reference, "--reference"));
  const parent = await quarantineFolder(given, paths, places);
  const name = removalName(new Date(), [paths.removals, parent]);
  const quarantine = action === "quarantine" ? join(parent, name) : null;
  const refusals = new Refusals();
  const isReference = (id: string) => places.find(id)?.folder.reference ?? false;
  const chosen = await chooseRemovals(storedGroups(paths.reports), { reviewed, accept, isReference }, refusals);
  const checker = new ContentChecker(progress, signal);
  try {
    const planned = await planRemovals(chosen, { places, checker, action, quarantine }, refusals);
    refusals.throwIfAny();
    return { ...planned, plan: { name, action, quarantine, removals: planned.removals } };
  } finally {
    await checker.close();
  }
}
