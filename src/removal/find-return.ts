import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "#base/pipeline-error.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import { type FileFacts, factsAt, holds, isSameFile, isUnchanged } from "./file-facts.ts";
import { isCopy } from "./place-file.ts";
import type { Removal, RemovalAction } from "./removal-plan.ts";

/** How a file comes back to its place. */
export type Return =
  /** It is there, or never went. */
  | { readonly how: "nothing" }
  /** Out of the quarantine. */
  | { readonly how: "move"; readonly facts: FileFacts }
  /** It is there, and has a second name in the quarantine. */
  | { readonly how: "clear" }
  /** From a file of the same bytes, or by where a link led; `replaces` is the name of that file which was put in its place. */
  | { readonly how: "anew"; readonly from: string; readonly replaces: FileFacts | undefined }
  /** Not now; it can be tried again. */
  | { readonly how: "kept"; readonly reason: string }
  /** Never. */
  | { readonly how: "lost"; readonly reason: string };

/** What the journal says became of a file; undefined where it was not met, or where the process was killed at it. */
export type Became = "done" | "left" | undefined;

const FIND: Record<RemovalAction, (removal: Removal, became: Became) => Promise<Return>> = {
  quarantine: outOfQuarantine,
  hardlink: insteadOfLink,
  delete: anew,
};

/** Finds how a file that an apply removed comes back; changes nothing. */
export async function findReturn(removal: Removal, action: RemovalAction, became: Became): Promise<Return> {
  try {
    const found = await FIND[action](removal, became);
    if (found.how !== "move" && found.how !== "anew") return found;
    const reason = await strangeFolder(removal);
    return reason === undefined ? found : { how: "kept", reason };
  } catch (error) {
    return { how: "kept", reason: messageOf(error) };
  }
}

async function outOfQuarantine(removal: Removal, became: Became): Promise<Return> {
  const { path, sha256, facts: planned } = removal;
  const target = removal.target as string;
  const [place, facts] = await Promise.all([factsAt(path), factsAt(target)]);
  if (became === "left") {
    // what a killed process had begun with; any other file of that name is not of this one
    return place && facts && isSameFile(place, facts) ? { how: "clear" } : { how: "nothing" };
  }
  if (!facts) return became === "done" ? notInQuarantine(removal, place) : { how: "nothing" };
  const isWhole = isUnchanged(facts, planned) || (facts.kind === planned.kind && (await isWholeAt(target, facts)));
  if (!isWhole) return { how: "kept", reason: "it was changed in the quarantine" };
  const isFree = !place || isSameFile(place, facts) || (await isCopy(path, place, { facts, sha256 }));
  return isFree ? { how: "move", facts } : OCCUPIED;

  async function isWholeAt(at: string, found: FileFacts): Promise<boolean> {
    return found.kind === "link" ? found.link === planned.link : holds(at, sha256);
  }
}

const OCCUPIED: Return = { how: "kept", reason: "another file has come into its place" };

/** Somebody took it out of the quarantine. */
async function notInQuarantine(removal: Removal, place: FileFacts | undefined): Promise<Return> {
  if (place) return (await isOriginal(removal, place)) ? { how: "nothing" } : OCCUPIED;
  const from = await equalFile(removal);
  if (from !== undefined) return { how: "anew", from, replaces: undefined };
  return { how: "kept", reason: `it is not in the quarantine (${quotedName(removal.target as string)})` };
}

async function anew(removal: Removal, became: Became): Promise<Return> {
  const place = await factsAt(removal.path);
  if (became === "left") return { how: "nothing" };
  if (place) return became === undefined || (await isOriginal(removal, place)) ? { how: "nothing" } : OCCUPIED;
  const from = await equalFile(removal);
  if (from !== undefined) return { how: "anew", from, replaces: undefined };
  if (removal.equals.length === 0) return { how: "lost", reason: "it was deleted, and no file of its bytes stayed" };
  return { how: "kept", reason: "no file of its bytes is where one stayed" };
}

async function insteadOfLink(removal: Removal, became: Became): Promise<Return> {
  const { path, stays } = removal;
  const [place, other] = await Promise.all([factsAt(path), factsAt(stays.path)]);
  if (became === "left" || (place && (await isOriginal(removal, place)))) return { how: "nothing" };
  const isOurs = place && (isSameFile(place, stays.facts) || (other && isSameFile(place, other)));
  if (place && !isOurs) return became === undefined ? { how: "nothing" } : OCCUPIED;
  if (!place && became === undefined) return { how: "nothing" };
  const from = await equalFile(removal);
  if (from !== undefined) return { how: "anew", from, replaces: place };
  return { how: "kept", reason: `no file has its bytes: ${quotedName(stays.id)} was written to since` };
}

/** Whether a file is the one that was to go, or was made anew as it was. */
async function isOriginal({ path, sha256, facts }: Removal, place: FileFacts): Promise<boolean> {
  return isUnchanged(place, facts) || isCopy(path, place, { facts, sha256 });
}

/** A file, other than in the quarantine, from which the removed one can be made; for a symbolic link nothing is needed. */
async function equalFile({ sha256, facts, equals, stays }: Removal): Promise<string | undefined> {
  if (facts.kind === "link") return "";
  const places = stays.sha256 === sha256 ? [stays.path, ...equals] : equals;
  for (const place of places) if (await holds(place, sha256)) return place;
  return undefined;
}

/** Why the folder of a file is not the one that it went from; its links were resolved when the path was written down. */
async function strangeFolder({ path, facts }: Removal): Promise<string | undefined> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined && dirname(folder) !== folder) continue;
    if (real !== folder) return "a link leads from its folder elsewhere now";
    // what is put into the empty folder at which a disk is to be mounted cannot be seen once it is
    const isMissing = folder !== dirname(path) && (await factsAt(folder))?.device !== facts.device;
    return isMissing
      ? "its folder is gone, and so may be the disk that held it: mount it, or make the folder"
      : undefined;
  }
}
