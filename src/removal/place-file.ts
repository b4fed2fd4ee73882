import { constants } from "node:fs";
import { copyFile, link, open, rename, rm, symlink, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "#artifacts/whole-file.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import { entryOf } from "./directory-entries.ts";
import { type FileFacts, factsAt, holds, isSameFile, isSameTime } from "./file-facts.ts";
import { giveMarks } from "./file-marks.ts";
import { makeLastingFolder } from "./lasting-folder.ts";

/** What file systems say that have no hard links, or none to there. */
const NO_LINK = ["EXDEV", "EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"];

/** Something stands in the place already: it is never overwritten. */
export class OccupiedError extends Error {
  constructor(path: string) {
    super(`something stands at ${quotedName(path)} already`);
  }
}

export interface Placement {
  readonly from: string;
  readonly facts: FileFacts;
  readonly sha256: string;
  readonly to: string;
  /** Where a copy is put together, on the device of `to`. */
  readonly temporary: string;
}

/**
 * Gives a file a second place, with all that it is: another name of it where the file system has such, else a copy that was read back.
 * Never overwrites: at every moment `to` is as it was or whole.
 *
 * @throws OccupiedError where something else is there; the file system's error, and then nothing is
 */
async function placeFile(placement: Placement): Promise<void> {
  const { from, facts, to, temporary } = placement;
  if (!(await linked(from, to, facts))) {
    await copyExactly(placement);
    await giveName(temporary, to);
  }
}

/**
 * Puts a file that is finished into its place, which must be free.
 *
 * @throws OccupiedError where something is there
 */
export async function giveName(temporary: string, to: string): Promise<void> {
  const facts = await factsAt(temporary);
  try {
    // where there are no hard links nothing better is at hand than to look first
    if (!(facts && (await linked(temporary, to, facts)))) await rename(temporary, to);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Whether a file stands in its new place, as a copy that was made to the end. */
async function isPlaced({ facts, sha256, to, temporary }: Placement): Promise<boolean> {
  const found = await factsAt(to);
  if (!found || isSameFile(found, facts) || !(await isCopy(to, found, { facts, sha256 }))) return false;
  await rm(temporary, { force: true });
  return true;
}

/** Whether a file is a copy of another with its time. */
export async function isCopy(
  path: string,
  found: FileFacts,
  { facts, sha256 }: Pick<Placement, "facts" | "sha256">,
): Promise<boolean> {
  if (found.kind !== facts.kind || found.link !== facts.link || !isSameTime(found, facts)) return false;
  return facts.kind === "link" || (found.bytes === facts.bytes && (await holds(path, sha256)));
}

/** False where the file system has no hard links, or none to there. */
async function linked(from: string, to: string, facts: FileFacts): Promise<boolean> {
  try {
    // only Linux names a symbolic link itself, and not the file that it leads to
    if (facts.kind === "link" && process.platform !== "linux") throw Object.assign(new Error(), { code: "ENOTSUP" });
    await link(from, to);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST" && !NO_LINK.includes(code)) throw error;
    // some say that they have no links before they look whether there is something
    const found = await factsAt(to);
    if (found === undefined) return false;
    if (isSameFile(found, facts)) return true;
    throw new OccupiedError(to);
  }
}

/**
 * Copies a file with its marks, to a place that only this program uses.
 *
 * @throws Error where the copy reads otherwise than the file was
 */
export async function copyExactly({ from, facts, sha256, temporary }: Omit<Placement, "to">): Promise<void> {
  await rm(temporary, { force: true });
  try {
    if (facts.kind === "link") {
      await symlink(facts.link, temporary);
      await giveMarks(temporary, facts);
    } else await copyContent({ from, facts, sha256, temporary });
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function copyContent({ from, facts, sha256, temporary }: Omit<Placement, "to">): Promise<void> {
  await copyFile(from, temporary, constants.COPYFILE_EXCL);
  if (!(await holds(temporary, sha256))) throw new Error("its copy does not read as it should");
  // opened before permissions may forbid it; Windows syncs only what may be written to
  const file = await open(temporary, process.platform === "win32" ? "r+" : "r");
  try {
    await giveMarks(temporary, facts);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Moves a file as `placeFile` places it; where it cannot be taken out of its old place, it stays there alone.
 *
 * @param isTakenUp an earlier call may have been killed, after it had placed a copy
 * @throws OccupiedError where something stands in the new place; the file system's error
 */
export async function moveFile(placement: Placement, isTakenUp: boolean): Promise<void> {
  const { from, facts, to } = placement;
  await makeLastingFolder(dirname(to));
  // two paths of one place: to clear either would clear both
  if ((await entryOf(from)) === (await entryOf(to))) throw new OccupiedError(to);
  if (!(isTakenUp && (await isPlaced(placement)))) await placeFile(placement);
  try {
    await syncFolder(dirname(to));
    await takeOut(from, facts);
  } catch (error) {
    const now = await factsAt(from).catch(() => undefined);
    // only what is still in its old place may leave the new one
    if (now && isSameFile(now, facts)) await unlink(to).catch(() => undefined);
    throw error;
  }
  // should a power cut bring it back, it is found in both places
  await syncFolder(dirname(from)).catch(() => undefined);
}

async function takeOut(path: string, facts: FileFacts): Promise<void> {
  const found = await factsAt(path);
  // somebody took it, or laid another in its place meanwhile: that one stays
  if (!found || !isSameFile(found, facts)) return;
  if (found.mtimeNs !== facts.mtimeNs) throw new Error("it was written to meanwhile");
  await unlink(path);
}
