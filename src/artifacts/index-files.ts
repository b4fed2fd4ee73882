import { join } from "node:path";
import type { FileRecord, ShardFiles } from "#artifacts/index-record.ts";
import { jsonLines, readJsonLines } from "#artifacts/json-lines.ts";
import { makeFolder } from "#artifacts/make-folder.ts";
import { readChecked } from "#artifacts/read-checked.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { IndexRow } from "#data/index-row.ts";
import type { PairList } from "#data/pair-list.ts";
import { formatFeatureArray, formatViewArray } from "#npy/feature-array.ts";
import { formatPairArray, parsePairArray } from "#npy/pair-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";

/** What becomes a shard: its rows, their features and, where there are any, their further views. */
export interface ShardContent {
  readonly rows: readonly Omit<IndexRow, "vectors">[];
  /** In shared memory, shape (rows, dim). */
  readonly features: FeatureMatrix;
  /** Shape (rows × views, dim), the views of an image side by side; one that is like the picture is equal to its feature. */
  readonly views: FeatureMatrix | undefined;
}

const OWN_FILES =
  /^(\d{4,}\.(features|views|object_ids)\.npy|\d{4,}\.images(\.\d+)?\.ndjson|(matches|unreadable|choices|groups|thumbnails)\.\d+\.\w+|index(\.copy)?\.json)(\.tmp)?$/;

/** Whether a file in index/ has a name that this program gives. */
export function isOwnName(name: string): boolean {
  return OWN_FILES.test(name) || /^pairs\/\d{4,}\.pairs(\.\d+)?\.npy(\.tmp)?$/.test(name);
}

/** Writes a file of the index. */
export async function writeIndexFile(
  folder: string,
  name: string,
  content: Iterable<string | Uint8Array>,
): Promise<FileRecord> {
  return { name, ...(await writeWholeFile(join(folder, name), content)) };
}

/** Puts NNNN.features.npy, NNNN.views.npy, NNNN.images.ndjson and NNNN.object_ids.npy on disk. */
export async function writeShard(
  folder: string,
  number: number,
  { rows, features, views }: ShardContent & { readonly rows: readonly IndexRow[] },
): Promise<ShardFiles> {
  const name = nameOf(number);
  const viewArray = views && formatViewArray(views, views.rowCount / rows.length);
  return {
    number,
    features: await writeIndexFile(folder, `${name}.features.npy`, [formatFeatureArray(features)]),
    views: viewArray ? await writeIndexFile(folder, `${name}.views.npy`, [viewArray]) : null,
    images: await writeIndexFile(folder, `${name}.images.ndjson`, jsonLines(rows)),
    objectIds: await writeObjectIds(folder, number, rows),
  };
}

/** Writes who has the rows of a shard now, beside the file that said so before. */
export function writeImages(
  folder: string,
  { number, generation }: { number: number; generation: number },
  rows: readonly IndexRow[],
): Promise<FileRecord> {
  return writeIndexFile(folder, `${nameOf(number)}.images.${generation}.ndjson`, jsonLines(rows));
}

export function writeObjectIds(folder: string, number: number, rows: readonly IndexRow[]): Promise<FileRecord> {
  return writeIndexFile(folder, `${nameOf(number)}.object_ids.npy`, [formatUnicodeArray(rows.map(({ id }) => id))]);
}

export function readImages(folder: string, file: FileRecord): Promise<IndexRow[]> {
  return readJsonLines(folder, file);
}

/** @param generation tells the file from those of the same shard that were written before */
export async function writePairs(
  folder: string,
  { number, generation }: { number: number; generation: number },
  pairs: PairList,
): Promise<FileRecord> {
  await makeFolder(join(folder, "pairs"));
  return writeIndexFile(folder, `pairs/${nameOf(number)}.pairs.${generation}.npy`, [formatPairArray(pairs)]);
}

export async function readPairs(folder: string, file: FileRecord): Promise<PairList> {
  return parsePairArray(await readChecked(folder, file), join(folder, file.name));
}

function nameOf(number: number): string {
  return String(number).padStart(4, "0");
}
