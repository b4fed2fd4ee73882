import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ShardPart } from "#artifacts/shard-files.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { type FeatureArray, parseFeatureHeader } from "#npy/feature-array.ts";
import { parseUnicodeArray } from "#npy/unicode-array.ts";

/** Features that somebody else wrote: NNNN.object_ids.npy beside NNNN.features.npy. */
export interface NpyFolder {
  readonly dim: number;
  readonly parts: readonly ShardPart[];
  /** Object id of each row, over all files in the order of their names. */
  readonly ids: readonly string[];
}

const FEATURES = ".features.npy";
const OBJECT_IDS = ".object_ids.npy";
// longest header of the .npy format 1.0, with its twelve bytes of magic
const HEADER_BYTES = 65_536 + 12;

/**
 * Opens a folder of shards. A file of more than `shardRows` rows is read in parts of so many.
 *
 * @throws PipelineError `artifact` when a file is missing or misshapen, dims differ, or an id stands twice
 */
export async function openNpyFolder(folder: string, shardRows: number): Promise<NpyFolder> {
  const names = await featureNames(folder);
  const ids: string[] = [];
  const parts: ShardPart[] = [];
  let dim = 0;
  for (const name of names) {
    const file = join(folder, name);
    const idFile = join(folder, name.replace(FEATURES, OBJECT_IDS));
    const array = await readHeader(file);
    const fileIds = parseUnicodeArray(await readWhole(idFile), idFile);
    if (fileIds.length !== array.rowCount) {
      const found = `${fileIds.length} ids beside ${array.rowCount} rows of "${name}"`;
      throw new PipelineError("artifact", `Cannot use "${idFile}": found ${found}, expected as many`);
    }
    if (dim !== 0 && array.dim !== dim) {
      throw new PipelineError(
        "artifact",
        `Cannot use "${file}": its rows have ${array.dim} features, earlier ones ${dim}`,
      );
    }
    dim = array.dim;
    for (let first = 0; first < array.rowCount; first += shardRows) {
      const rowCount = Math.min(shardRows, array.rowCount - first);
      parts.push({ file, dataOffset: array.dataOffset, firstRowInFile: first, firstRow: ids.length + first, rowCount });
    }
    for (const id of fileIds) ids.push(id);
  }
  refuseRepeated(ids, folder);
  return { dim, parts, ids };
}

async function featureNames(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new PipelineError("settings", `Cannot open the features folder "${folder}": ${messageOf(error)}`, {
      cause: error,
    });
  }
  const found = names.filter((name) => name.endsWith(FEATURES)).sort();
  if (found.length === 0) {
    throw new PipelineError(
      "input",
      `Expected NNNN${FEATURES} and NNNN${OBJECT_IDS} in "${folder}", found no such file`,
    );
  }
  return found;
}

async function readHeader(path: string): Promise<FeatureArray> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(Math.min(HEADER_BYTES, size));
    await file.read(start, 0, start.length, 0);
    return parseFeatureHeader(start, size, path);
  } finally {
    await file.close();
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new PipelineError("artifact", `Cannot read the object ids "${path}": ${messageOf(error)}`, { cause: error });
  }
}

function refuseRepeated(ids: readonly string[], folder: string): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id))
      throw new PipelineError("artifact", `Cannot use "${folder}": found object id ${JSON.stringify(id)} twice`);
    seen.add(id);
  }
}
