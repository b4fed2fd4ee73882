import { access, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type CheckedIndex, checkIndex, type IndexListener } from "#artifacts/check-index.ts";
import { isOwnName } from "#artifacts/index-files.ts";
import {
  emptyRecord,
  filesOf,
  INDEX_RECORD,
  INDEX_RECORD_COPY,
  type IndexMaker,
  type IndexRecord,
  readIndexRecord,
  writeIndexRecord,
} from "#artifacts/index-record.ts";
import { makeFolder } from "#artifacts/make-folder.ts";
import { SET_ASIDE, setAside } from "#artifacts/set-aside.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/** What makes the features of a run; the model is only asked for its dim where an index has to be begun. */
export type NewIndexMaker = Omit<IndexMaker, "dim"> & { readonly dim: () => Promise<number> };

/**
 * Opens index/, or begins it. An index that another model or other settings made is moved beside, as `index-<fingerprint>`, and comes back
 * when those do. Damaged files are set aside; those that no finished change named are removed.
 *
 * @throws PipelineError `artifact` when the folder holds somebody else's files or cannot be written
 */
export async function openIndex(folder: string, maker: NewIndexMaker, listener: IndexListener): Promise<CheckedIndex> {
  try {
    const first = await readIndexRecord(join(folder, INDEX_RECORD));
    const fits = typeof first === "object" && first.madeBy.fingerprint === maker.fingerprint;
    // a model that cannot be used is told before anything is moved or written
    const madeBy = { ...maker, dim: fits ? first.madeBy.dim : await maker.dim() };
    await makeFolder(folder);
    const found = await knownRecord(folder, madeBy, listener);
    if (!found) await clearAway(folder, listener);
    const checked = await checkIndex(folder, found ?? emptyRecord(madeBy), listener);
    if (checked.record !== found) await writeIndexRecord(folder, checked.record);
    await removeUnnamed(folder, checked.record);
    return checked;
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new PipelineError("artifact", `Cannot use the index "${folder}": ${messageOf(error)}`, { cause: error });
  }
}

/** The record of an index that fits, which then lies in `folder`; undefined where there is none. */
async function knownRecord(
  folder: string,
  madeBy: IndexMaker,
  listener: IndexListener,
): Promise<IndexRecord | undefined> {
  const found = await wholeRecord(folder, listener);
  if (found !== undefined && found !== "other" && found.madeBy.fingerprint === madeBy.fingerprint) return found;
  const other = besideOf(folder, madeBy.fingerprint);
  if (found !== undefined) {
    const place = await freePlace(
      besideOf(folder, found === "other" ? "of-another-version" : found.madeBy.fingerprint),
    );
    await rename(folder, place);
    const what = found === "other" ? "another version of this program" : `${found.madeBy.model} or other settings`;
    listener.tell(`The index was made by ${what}: it is kept as "${place}", and a new one is begun`);
    await mkdir(folder);
  } else if (!(await exists(other)) || (await readdir(folder)).length > 0) return undefined;
  if (!(await exists(other))) return undefined;
  await rename(other, folder); // an empty folder gives way
  listener.tell(`The index "${other}" fits this model and these settings: it is used again`);
  return knownRecord(folder, madeBy, listener);
}

/** What index.json says, or its copy where it is damaged. */
async function wholeRecord(folder: string, listener: IndexListener): Promise<IndexRecord | "other" | undefined> {
  const found = await readIndexRecord(join(folder, INDEX_RECORD));
  const copy = await readIndexRecord(join(folder, INDEX_RECORD_COPY));
  if (found !== undefined && found !== "damaged") {
    if (copy === "damaged" && found !== "other") await replaceCopy(folder, found, listener);
    return found;
  }
  const hasCopy = copy !== undefined && copy !== "damaged";
  if (!hasCopy) return undefined;
  const place = await setAside(folder, INDEX_RECORD);
  const damage = place === undefined ? "it is missing" : `it is not what was written, set aside as "${place}"`;
  listener.tell(`Damaged: "${join(folder, INDEX_RECORD)}": ${damage}; its copy is used`);
  if (copy !== "other") await writeIndexRecord(folder, copy);
  return copy;
}

async function replaceCopy(folder: string, record: IndexRecord, listener: IndexListener): Promise<void> {
  const place = await setAside(folder, INDEX_RECORD_COPY);
  listener.tell(
    `Damaged: "${join(folder, INDEX_RECORD_COPY)}": it is not what was written, set aside as "${place}"; made anew`,
  );
  await writeIndexRecord(folder, record);
}

/** Where an index lies that is not the first model's. */
export function besideOf(folder: string, fingerprint: string): string {
  return `${folder}-${fingerprint.slice(0, 16)}`;
}

async function freePlace(path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const place = number === 1 ? path : `${path}-${number}`;
    if (!(await exists(place))) return place;
  }
}

/** Makes room for a new index: files of ours that no record names any more are kept beside. */
async function clearAway(folder: string, listener: IndexListener): Promise<void> {
  const names = await listFiles(folder);
  const foreign = names.find((name) => !isOwnName(name));
  if (foreign !== undefined) {
    const found = `"${folder}" holds files that are not of this program (such as "${foreign}", and no ${INDEX_RECORD})`;
    throw new PipelineError("artifact", `Cannot write the index: ${found}; choose another --output`);
  }
  if (names.every((name) => name.endsWith(".tmp"))) return;
  const place = await freePlace(`${folder}-damaged`);
  await rename(folder, place);
  await mkdir(folder);
  listener.tell(
    `Damaged: "${join(folder, INDEX_RECORD)}" and its copy: all of the index is kept as "${place}" and made anew`,
  );
}

/** Removes what no finished change of the index named, or what a later one replaced: only what bears a name of ours. */
export async function removeUnnamed(folder: string, record: IndexRecord): Promise<void> {
  const copy = await readIndexRecord(join(folder, INDEX_RECORD_COPY));
  const named = filesOf(record);
  if (typeof copy === "object") for (const name of filesOf(copy)) named.add(name);
  for (const name of await listFiles(folder))
    if (isOwnName(name) && !named.has(name)) await rm(join(folder, name), { force: true });
}

/** Files of the index, pairs included, relative to it. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter(({ name }) => name !== SET_ASIDE && name !== "pairs").map(({ name }) => name);
  if (!entries.some(({ name }) => name === "pairs")) return names;
  return [...names, ...(await readdir(join(folder, "pairs"))).map((name) => `pairs/${name}`)];
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
