import { existsSync } from "node:fs";
import { open, readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ShardPart, ViewsPart } from "#artifacts/shard-files.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { type FeatureArray, parseFeatureHeader } from "#npy/feature-array.ts";
import { parseUnicodeArray } from "#npy/unicode-array.ts";

/** Features that somebody else wrote: NNNN.object_ids.npy beside NNNN.features.npy, and NNNN.views.npy where images have views. */
export interface NpyFolder {
  readonly dim: number;
  readonly parts: readonly ShardPart[];
  /** Object id of each row, over all files in the order of their names; empty for a row that has no image. */
  readonly ids: readonly string[];
}

const FEATURES = ".features.npy";
const OBJECT_IDS = ".object_ids.npy";
const VIEWS = ".views.npy";
// longest header of the .npy format 1.0, with its twelve bytes of magic
const HEADER_BYTES = 65_536 + 12;

/**
 * Opens a folder of shards. A file of more than `shardRows` rows is read in parts of so many.
 *
 * @throws PipelineError `artifact` when a file is missing or misshapen, dims differ, or an id stands twice
 */
export async function openNpyFolder(folder: string, shardRows: number): Promise<NpyFolder> {
  const ids: string[] = [];
  const parts: ShardPart[] = [];
  let first: NpyFile | undefined;
  for (const name of await featureNames(folder)) {
    const file = await openNpyFile(join(folder, name));
    first ??= file;
    refuseOtherShape(file, first);
    parts.push(...partsOf(file, ids.length, shardRows));
    for (const id of file.ids) ids.push(id);
  }
  refuseRepeated(ids, folder);
  return { dim: first?.array.dim ?? 0, parts, ids };
}

/** One file of features, with what lies beside it. */
interface NpyFile {
  readonly file: string;
  readonly array: FeatureArray;
  readonly ids: readonly string[];
  readonly views: ViewsPart | undefined;
}

async function openNpyFile(file: string): Promise<NpyFile> {
  const idFile = file.replace(FEATURES, OBJECT_IDS);
  const array = await readHeader(file);
  const ids = parseUnicodeArray(await readWhole(idFile), idFile);
  if (ids.length !== array.rowCount) {
    const found = `${ids.length} ids beside ${array.rowCount} rows of "${basename(file)}"`;
    throw new PipelineError("artifact", `Cannot use "${idFile}": found ${found}, expected as many`);
  }
  return { file, array, ids, views: await openViews(file.replace(FEATURES, VIEWS), array) };
}

function refuseOtherShape({ file, array, views }: NpyFile, first: NpyFile): void {
  if (array.dim !== first.array.dim) {
    const found = `its rows have ${array.dim} features, earlier ones ${first.array.dim}`;
    throw new PipelineError("artifact", `Cannot use "${file}": ${found}`);
  }
  const [perImage, expected] = [views?.perImage ?? 0, first.views?.perImage ?? 0];
  if (perImage !== expected) {
    const found = `${perImage} views an image beside it, ${expected} beside "${first.file}"`;
    throw new PipelineError("artifact", `Cannot use "${file}": found ${found}; expected as many`);
  }
}

function partsOf({ file, array, views }: NpyFile, firstRow: number, shardRows: number): ShardPart[] {
  const { rowCount, dataOffset } = array;
  const starts = Array.from({ length: Math.ceil(rowCount / shardRows) }, (_, i) => i * shardRows);
  return starts.map((start) => ({
    ...{ file, dataOffset, firstRowInFile: start, firstRow: firstRow + start },
    rowCount: Math.min(shardRows, rowCount - start),
    ...(views ? { views } : {}),
  }));
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

/** The views beside a file of features; undefined where there are none. */
async function openViews(file: string, features: FeatureArray): Promise<ViewsPart | undefined> {
  if (!existsSync(file)) return undefined;
  const { rowCount, views, dim, dataOffset } = await readHeader(file, 3);
  if (rowCount !== features.rowCount || dim !== features.dim) {
    const expected = `shape (${features.rowCount}, views, ${features.dim}) as its features have`;
    throw new PipelineError(
      "artifact",
      `Cannot use "${file}": expected ${expected}, found (${rowCount}, ${views}, ${dim})`,
    );
  }
  return { file, dataOffset, perImage: views };
}

async function readHeader(path: string, axes: 2 | 3 = 2): Promise<FeatureArray> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(Math.min(HEADER_BYTES, size));
    await file.read(start, 0, start.length, 0);
    return parseFeatureHeader(start, size, path, axes);
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
    // rows of an index that have no image any more
    if (id === "") continue;
    if (seen.has(id))
      throw new PipelineError("artifact", `Cannot use "${folder}": found object id ${JSON.stringify(id)} twice`);
    seen.add(id);
  }
}
