import { lstat, readdir, readFile, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { basename } from "node:path/posix";
import { type Checksum, damageOf } from "#artifacts/checksum.ts";
import { makeFolder } from "#artifacts/make-folder.ts";

/** A report as a run has written it; run.json lists them. */
export interface WrittenReport extends Checksum {
  /** `/` stands between sub-folders and the file. */
  readonly name: string;
  /** When it was written, ms since 1970. */
  readonly modified: number;
}

/** Something in the folder of reports that no run has written, or not as it is now: a person's work. */
export interface EditedReport {
  /** `/` stands between sub-folders and the file. */
  readonly name: string;
  readonly bytes: number;
  readonly modified: number;
}

/** What programs leave beside a file that they have open, and what is never a person's work. */
const PASSING = /^(\.|~\$)|\.tmp$|~$/;
/** What runs before this list was kept have written. */
const EARLIER_REPORTS = /^(groups|pairs|candidates|unreadable|run)(\.\d+)?\.(csv|json)$/;

/**
 * Finds what a person has changed in a folder of reports, or laid into it. A sub-folder that no run has written to counts as one thing.
 *
 * @param folder that may be missing
 */
export async function editedReports(folder: string): Promise<EditedReport[]> {
  const written = await writtenReports(folder);
  const edited: EditedReport[] = [];
  for await (const name of namesIn(folder, "", foldersOf(written))) {
    if (name === "run.json" || (!written && EARLIER_REPORTS.test(name))) continue;
    const path = join(folder, name);
    // a link may lead nowhere
    const found = await stat(path).catch(() => lstat(path));
    const known = found.isFile() ? written?.get(name) : undefined;
    const isSame = known?.bytes === found.size && known.modified === found.mtimeMs;
    // its time alone changes when it is copied or saved as it was
    if (isSame || (known && (await damageOf(path, known)) === undefined)) continue;
    edited.push({ name, bytes: found.size, modified: found.mtimeMs });
  }
  return edited;
}

/** What lies in a folder, that in the sub-folders of runs in their place. */
async function* namesIn(folder: string, prefix: string, runFolders: ReadonlySet<string>): AsyncGenerator<string> {
  const names = await readdir(join(folder, prefix)).catch((): string[] => []);
  for (const part of names.sort()) {
    const name = prefix + part;
    if (PASSING.test(part)) continue;
    if (runFolders.has(name) && (await lstat(join(folder, name))).isDirectory())
      yield* namesIn(folder, `${name}/`, runFolders);
    else yield name;
  }
}

/** Every sub-folder that a run has written to. */
function foldersOf(written: ReadonlyMap<string, WrittenReport> | undefined): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const name of written?.keys() ?? []) {
    for (let end = name.indexOf("/"); end >= 0; end = name.indexOf("/", end + 1)) folders.add(name.slice(0, end));
  }
  return folders;
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
  for (const { name } of edited) {
    const place = dirname(join(target, name));
    await makeFolder(place);
    const taken = new Set(await readdir(place));
    let free = basename(name);
    for (let number = 2; taken.has(free); number++) free = `${number}.${basename(name)}`;
    await rename(join(folder, name), join(place, free));
  }
  return edited;
}
