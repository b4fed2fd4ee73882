import { chmod, link, realpath, rename, rm, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "#artifacts/whole-file.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import { type FileFacts, factsAt, holds, isSameFile, isUnchanged } from "./file-facts.ts";
import { makeLastingFolder } from "./lasting-folder.ts";
import { moveFile } from "./place-file.ts";
import type { RemovalJournal } from "./removal-journal.ts";
import type { Leftover, Removal, RemovalPlan, StayingFile } from "./removal-plan.ts";
import { besideImage, besideQuarantine } from "./temporary-names.ts";

export interface CarryOutOptions {
  /** When it is given, the file under way is the last. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface CarriedOut {
  /** Files that went, and their bytes. */
  readonly done: number;
  readonly bytes: number;
  /** Files that did not go, and why. */
  readonly left: readonly Leftover[];
  readonly isInterrupted: boolean;
}

/** A file of the plan, where it is about to go. */
interface Turn {
  readonly removal: Removal;
  readonly file: number;
  readonly plan: RemovalPlan;
  /** True where an earlier process may have been killed in the midst of it. */
  readonly isTakenUp: boolean;
}

/** Why a file stays where it is. */
class LeftError extends Error {}

const ACTIONS = { quarantine: moveAway, hardlink: replaceByLink, delete: removeForGood };
const STAGE = "apply";
/** Disks write what several wait for at once: so many take hardly longer than one. */
export const FILES_AT_ONCE = 16;

/**
 * Does what a journal plans and is not done yet. Each file is looked at once more right before it goes; where it, or the file that stays
 * in its stead, is not what it was, it stays.
 *
 * @param isTakenUp an earlier process began this
 * @throws PipelineError `artifact` where the journal cannot be written; what was done is found again by the next call
 */
export async function carryOut(
  journal: RemovalJournal,
  isTakenUp: boolean,
  { signal, progress }: CarryOutOptions,
): Promise<CarriedOut> {
  const { plan } = journal;
  const settled = new Set(journal.events.flatMap((event) => ("file" in event ? event.file : [])));
  const left: Leftover[] = [];
  if (plan.quarantine !== null) await makeQuarantine(plan.quarantine, journal, isTakenUp);
  let [done, bytes] = [0, 0];
  function* turns(): Generator<Turn> {
    for (const [file, removal] of plan.removals.entries()) {
      if (signal.aborted) return;
      if (!settled.has(file)) yield { removal, file, plan, isTakenUp };
    }
  }
  for await (const { file, removal, reason } of orderedMap(turns(), FILES_AT_ONCE, goes)) {
    if (reason === undefined) {
      await journal.record({ event: "done", file });
      done++;
      bytes += removal.facts.bytes;
    } else {
      await journal.record({ event: "left", file, reason });
      left.push({ id: removal.id, path: removal.path, reason });
    }
    settled.add(file);
    progress.update(STAGE, "files", settled.size, plan.removals.length);
  }
  const isInterrupted = settled.size < plan.removals.length;
  if (!isInterrupted) await journal.record({ event: "applied" });
  await journal.sync();
  progress.finish(STAGE);
  return { done, bytes, left, isInterrupted };
}

/** Only for its owner: the folders that files come from may have been closed to others. */
async function makeQuarantine(folder: string, journal: RemovalJournal, isTakenUp: boolean): Promise<void> {
  try {
    await makeLastingFolder(folder);
    await chmod(folder, 0o700);
  } catch (error) {
    // what did nothing yet must not stand in the way of the next apply
    if (!isTakenUp) await journal.record({ event: "undone" });
    const advice = isTakenUp ? "mount it, or give up what was begun: npm run undo" : "choose another --quarantine";
    throw new PipelineError("artifact", `Cannot make "${folder}": ${messageOf(error)}; ${advice}`, { cause: error });
  }
}

/** What became of a file; `reason` is why it stayed. */
async function goes(turn: Turn): Promise<Turn & { readonly reason: string | undefined }> {
  try {
    await ACTIONS[turn.plan.action](turn);
    return { ...turn, reason: undefined };
  } catch (error) {
    const isDone = !(error instanceof LeftError) && (await went(turn).catch(() => false));
    return { ...turn, reason: isDone ? undefined : messageOf(error) };
  }
}

/** Whether a file went all the same: a later step may have failed, and over a network what is done may be told as failed. */
async function went({ removal: { path, target, stays }, plan }: Turn): Promise<boolean> {
  const place = await factsAt(path);
  if (plan.action === "delete") return place === undefined;
  if (plan.action === "quarantine") return place === undefined && (await factsAt(target as string)) !== undefined;
  const other = await factsAt(stays.path);
  return place !== undefined && other !== undefined && isSameFile(place, other);
}

async function moveAway({ removal, file, plan, isTakenUp }: Turn): Promise<void> {
  const { path: from, sha256 } = removal;
  const to = removal.target as string;
  const facts = await factsAt(from);
  if (!facts) {
    if (isTakenUp && (await factsAt(to))) return;
    throw new LeftError("it is gone already");
  }
  await refuseChanged(removal, facts);
  await moveFile({ from, facts, sha256, to, temporary: besideQuarantine(plan, file) }, isTakenUp);
}

async function removeForGood({ removal, isTakenUp }: Turn): Promise<void> {
  const { path } = removal;
  const facts = await factsAt(path);
  if (!facts) {
    if (isTakenUp) return;
    throw new LeftError("it is gone already");
  }
  await refuseChanged(removal, facts);
  await refuseOtherContent(removal, facts);
  await unlink(path);
  await syncFolder(dirname(path));
}

async function replaceByLink({ removal, file, plan }: Turn): Promise<void> {
  const { path, stays } = removal;
  const temporary = besideImage(plan, file, path);
  await rm(temporary, { force: true });
  const facts = await factsAt(path);
  if (!facts) throw new LeftError("it is gone already");
  const other = await refuseChangedStaying(stays);
  if (isSameFile(facts, other)) return;
  await refuseChanged(removal, facts);
  try {
    await link(stays.path, temporary);
    await refuseOtherContent(removal, facts);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
}

/** Whatever changed is read again: a touch, or a device that has another number since the machine was started anew, changes nothing. */
async function refuseChanged({ path, sha256, facts: planned, stays }: Removal, facts: FileFacts): Promise<void> {
  await refuseChangedStaying(stays);
  if (isUnchanged(facts, planned)) return;
  if ((await realpath(dirname(path))) !== dirname(path)) throw new LeftError("a link leads from its folder elsewhere");
  const isSame = facts.kind === planned.kind && facts.link === planned.link && (await holds(path, sha256));
  if (!isSame) throw new LeftError("it has changed since it was checked");
}

async function refuseChangedStaying({ id, path, sha256, facts: planned }: StayingFile): Promise<FileFacts> {
  const facts = await factsAt(path);
  if (facts && (isUnchanged(facts, planned) || (facts.kind === "file" && (await holds(path, sha256))))) return facts;
  throw new LeftError(`${quotedName(id)}, because of which it was to go, is gone or has changed`);
}

/** Where nothing could be brought back, size and time are not enough. */
async function refuseOtherContent({ path, sha256 }: Removal, facts: FileFacts): Promise<void> {
  if (facts.kind === "file" && !(await holds(path, sha256))) throw new LeftError("it has changed since it was checked");
  if (!isUnchanged(await factsAt(path), facts)) throw new LeftError("it is being written to");
}
