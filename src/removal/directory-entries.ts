import { realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, sep } from "node:path";
import { factsAt } from "./file-facts.ts";

/** As many as the system itself follows. */
const MAX_LINKS = 40;

/**
 * Names the entry of a folder that a path ends with, whichever links and mounts led to the folder: two paths of one entry are one name of
 * one file, and with either the other is gone.
 *
 * @throws the file system's error where the folder is not there
 */
export async function entryOf(path: string): Promise<string> {
  const { dev, ino } = await stat(dirname(path), { bigint: true });
  return `${dev}:${ino}/${basename(path)}`;
}

/**
 * The entries that a path cannot be opened without: its own, and where that is a symbolic link, those that it leads over.
 *
 * @throws the file system's error where a link leads nowhere
 */
export async function entriesNeeded(path: string): Promise<string[]> {
  const entries: string[] = [];
  for (let at = path; entries.length < MAX_LINKS; ) {
    entries.push(await entryOf(at));
    const facts = await factsAt(at);
    if (facts?.kind !== "link") break;
    // joined as it stands: `..` after a link is not the folder that the text says
    at = isAbsolute(facts.link) ? facts.link : `${await realpath(dirname(at))}${sep}${facts.link}`;
  }
  return entries;
}
