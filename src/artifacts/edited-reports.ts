import { readdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Checksum, damageOf } from "#artifacts/checksum.ts";
import { makeFolder } from "#artifacts/make-folder.ts";

/** A report as a run has written it; run.json lists them. */
export interface WrittenReport extends Checksum {
  readonly name: string;
  /** When it was written, ms since 1970. */
  readonly modified: number;
}

/** Something in the folder of reports that no run has written, or not as it is now: a person's work. */
export interface EditedReport {
  readonly name: string;
  readonly bytes: number;
  readonly modified: number;
}

/** What programs leave beside a file that they have open, and what is never a person's work. */
const PASSING = /^(\.|~\$)|\.tmp$|~$/;
/** What runs before this list was kept have written. */
const EARLIER_REPORTS = /^(groups|pairs|candidates|unreadable|run)(\.\d+)?\.(csv|json)$/;

/**
 * Finds what a person has changed in a folder of reports, or laid into it.
 *
 * @param folder that may be missing
 */
export async function editedReports(folder: string): Promise<EditedReport[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const written = await writtenReports(folder);
  const edited: EditedReport[] = [];
  for (const name of names.sort()) {
    if (PASSING.test(name) || name === "run.json" || (!written && EARLIER_REPORTS.test(name))) continue;
    const found = await stat(join(folder, name));
    const known = written?.get(name);
    const isSame = known?.bytes === found.size && known.modified === found.mtimeMs;
    // its time alone changes when it is copied or saved as it was
    if (isSame || (known && (await damageOf(join(folder, name), known)) === undefined)) continue;
    edited.push({ name, bytes: found.size, modified: found.mtimeMs });
  }
  return edited;
}

/** By name; undefined where no run has listed them. */
async function writtenReports(folder: string): Promise<ReadonlyMap<string, WrittenReport> | undefined> {
  try {
    const { reports } = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
    return reports && new Map((reports as WrittenReport[]).map((report) => [report.name, report]));
  } catch {
    return undefined;
  }
}

/**
 * Moves what a person has made out of a folder of reports that is about to be removed, and never over anything.
 *
 * @param target folder of their own, made if need be
 * @returns what was moved
 */
export async function moveEdited(folder: string, target: string): Promise<EditedReport[]> {
  const edited = await editedReports(folder);
  if (edited.length === 0) return [];
  await makeFolder(target);
  const taken = new Set(await readdir(target));
  for (const { name } of edited) {
    let place = name;
    for (let number = 2; taken.has(place); number++) place = `${number}.${name}`;
    taken.add(place);
    await rename(join(folder, name), join(target, place));
  }
  return edited;
}
