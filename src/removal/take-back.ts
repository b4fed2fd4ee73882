import { rename, rm, rmdir, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { isWithin } from "#artifacts/image-places.ts";
import { syncFolder } from "#artifacts/whole-file.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { messageOf } from "#base/pipeline-error.ts";
import { type CarryOutOptions, FILES_AT_ONCE } from "./carry-out.ts";
import { type FileFacts, factsAt, isSameFile } from "./file-facts.ts";
import { type Became, findReturn, type Return } from "./find-return.ts";
import { makeLastingFolder } from "./lasting-folder.ts";
import { copyExactly, giveName, moveFile, OccupiedError } from "./place-file.ts";
import type { RemovalJournal } from "./removal-journal.ts";
import type { Leftover, Removal, RemovalPlan } from "./removal-plan.ts";
import { besideImage, besideQuarantine } from "./temporary-names.ts";

export interface TakeBackOptions extends CarryOutOptions {
  /** Learns of each file that came back. */
  readonly tell: (removal: Removal) => void;
}

export interface TakenBack {
  readonly restored: number;
  /** Files that could not be brought back now, and can be later. */
  readonly kept: readonly Leftover[];
  /** Files that cannot be brought back. */
  readonly lost: readonly Leftover[];
  readonly isInterrupted: boolean;
}

/** What became of a file while all was taken back. */
type Result = Exclude<Return, { how: "move" | "clear" | "anew" }> | { readonly how: "restored" };

const STAGE = "undo";

/**
 * Brings back what an apply removed, each file as it was: bytes, time, permissions. A file that came into the place of another since is
 * never overwritten. What an earlier call left that was killed is taken up.
 *
 * @throws PipelineError `artifact` where the journal cannot be written; what was done is found again by the next call
 */
export async function takeBack(journal: RemovalJournal, options: TakeBackOptions): Promise<TakenBack> {
  const { plan } = journal;
  const { became, settled } = settledBefore(journal);
  if (journal.state !== "undoing") await journal.record({ event: "undo" });
  const back: { restored: number; kept: Leftover[]; lost: Leftover[] } = { restored: 0, kept: [], lost: [] };
  const total = plan.removals.length;
  function* files(): Generator<readonly [number, Removal]> {
    for (const [file, removal] of plan.removals.entries()) {
      if (options.signal.aborted) return;
      if (!settled.has(file)) yield [file, removal];
    }
  }
  const comeBack = async ([file, removal]: readonly [number, Removal]) => {
    return { file, removal, result: await comesBack(removal, file, plan, became.get(file)) };
  };
  let met = settled.size;
  for await (const { file, removal, result } of orderedMap(files(), FILES_AT_ONCE, comeBack)) {
    options.progress.update(STAGE, "files", ++met, total);
    if (result.how === "restored") {
      await journal.record({ event: "restored", file });
      back.restored++;
      options.tell(removal);
    } else if (result.how !== "nothing") {
      const { how, reason } = result;
      await journal.record({ event: how, file, reason });
      back[how].push({ id: removal.id, path: removal.path, reason });
    }
  }
  const isInterrupted = met < total;
  if (!isInterrupted) await end(journal, back.kept.length === 0 ? "undone" : "tried");
  await journal.sync();
  options.progress.finish(STAGE);
  return { ...back, isInterrupted };
}

async function end(journal: RemovalJournal, event: "undone" | "tried"): Promise<void> {
  await clearQuarantine(journal.plan);
  await journal.record({ event });
}

/** How a file would come back. */
export interface ExpectedReturn {
  readonly removal: Removal;
  readonly found: Return;
}

/** What `takeBack` would do; changes nothing. */
export async function* expectedReturns(journal: RemovalJournal): AsyncGenerator<ExpectedReturn> {
  const { became, settled } = settledBefore(journal);
  for (const [file, removal] of journal.plan.removals.entries()) {
    if (!settled.has(file)) yield { removal, found: await findReturn(removal, journal.plan.action, became.get(file)) };
  }
}

/** What the journal says of each file, and which need not be looked at any more. */
function settledBefore({ events }: RemovalJournal) {
  const became = new Map<number, Became>();
  const settled = new Set<number>();
  for (const event of events) {
    if (event.event === "done" || event.event === "left") became.set(event.file, event.event);
    else if (event.event === "restored" || event.event === "lost") settled.add(event.file);
  }
  return { became, settled };
}

async function comesBack(removal: Removal, file: number, plan: RemovalPlan, became: Became): Promise<Result> {
  const temporary = besideImage(plan, file, removal.path);
  try {
    if (plan.quarantine !== null) await rm(besideQuarantine(plan, file), { force: true });
    const found = await findReturn(removal, plan.action, became);
    if (found.how === "kept" || found.how === "lost") return found;
    if (found.how === "move") {
      const { path: to, sha256 } = removal;
      const from = removal.target as string;
      await moveFile({ from, facts: found.facts, sha256, to, temporary }, true);
    } else if (found.how === "anew") await makeAnew(removal, found, temporary);
    else {
      // what a killed process left beside it
      await rm(temporary, { force: true });
      if (found.how === "clear") await unlink(removal.target as string);
      return { how: "nothing" };
    }
    return { how: "restored" };
  } catch (error) {
    if (error instanceof OccupiedError) return { how: "kept", reason: "another file has come into its place" };
    return { how: "kept", reason: messageOf(error) };
  }
}

async function makeAnew(
  { path, facts, sha256 }: Removal,
  { from, replaces }: Extract<Return, { how: "anew" }>,
  temporary: string,
): Promise<void> {
  await makeLastingFolder(dirname(path));
  await copyExactly({ from, facts, sha256, temporary });
  if (replaces === undefined) await giveName(temporary, path);
  else await replace(path, replaces, temporary);
  await syncFolder(dirname(path));
}

/** Puts a file into the place of the link that was made there, and of nothing else. */
async function replace(path: string, link: FileFacts, temporary: string): Promise<void> {
  try {
    const place = await factsAt(path);
    if (place && !isSameFile(place, link)) throw new OccupiedError(path);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes the folders of an apply's quarantine that hold nothing any more. */
async function clearQuarantine(plan: RemovalPlan): Promise<void> {
  const { quarantine, removals } = plan;
  if (quarantine === null) return;
  const folders = new Set<string>();
  for (const { target } of removals) {
    for (let folder = dirname(target as string); isWithin(folder, quarantine); folder = dirname(folder)) {
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  // the deepest first; one that holds something stays
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) await rmdir(folder).catch(() => undefined);
}
