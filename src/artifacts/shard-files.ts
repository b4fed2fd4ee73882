import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Checksum } from "#artifacts/checksum.ts";
import type { IndexRecord, ShardFiles } from "#artifacts/index-record.ts";
import { unreadableFile, WRONG_CHECKSUM } from "#artifacts/read-checked.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";

/** Consecutive rows of the index that lie in one .npy file. */
export interface ShardPart {
  readonly file: string;
  /** Where row 0 of the file begins, in bytes. */
  readonly dataOffset: number;
  readonly firstRowInFile: number;
  /** Number of its first row in the whole index. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** Further views of the same rows. */
  readonly views?: ViewsPart;
  /** Of the whole file, where it is known: such a file is only read as a whole, and checked. */
  readonly checksum?: Checksum;
}

/** Where the views of a part's rows lie: an array of shape (rows, perImage, dim), rows as in the part's own file. */
export interface ViewsPart {
  readonly file: string;
  readonly dataOffset: number;
  readonly perImage: number;
  readonly checksum?: Checksum;
}

/** A shard whose features are gone: its rows have numbers, and nothing else. */
export type LostPart = Pick<ShardPart, "firstRow" | "rowCount">;

/** Where the rows of a shard of the index lie. */
export function partsOf(
  folder: string,
  { features, views }: ShardFiles,
  { firstRow, rowCount, dim }: { firstRow: number; rowCount: number; dim: number },
): ShardPart {
  const rowBytes = dim * Float32Array.BYTES_PER_ELEMENT;
  // headers have a multiple of 64 bytes, mostly 128: the rest of a file is rows
  const dataOffset = features.bytes - rowCount * rowBytes;
  const place = { firstRowInFile: 0, firstRow, rowCount };
  const part = { file: join(folder, features.name), dataOffset, ...place, checksum: features };
  if (!views) return part;
  const perImage = Math.floor(views.bytes / (rowCount * rowBytes));
  const viewsOffset = views.bytes - rowCount * perImage * rowBytes;
  const viewsPart = { file: join(folder, views.name), perImage, dataOffset: viewsOffset, checksum: views };
  return { ...part, views: viewsPart };
}

/** Where the rows of all shards of the index lie. */
export function* storedParts(folder: string, { shards, madeBy }: IndexRecord): Generator<ShardPart | LostPart> {
  let firstRow = 0;
  for (const { rows, content } of shards) {
    const place = { firstRow, rowCount: rows };
    yield content ? partsOf(folder, content, { ...place, dim: madeBy.dim }) : place;
    firstRow += rows;
  }
}

// one read call takes at most 2 GiB
const READ_BYTES = 1 << 30;

/**
 * Fills a matrix with rows of a part.
 *
 * @param first the part's row that becomes row 0 of `target`
 * @throws PipelineError `artifact` when the file cannot be read, ends too early, or is not what was written
 */
export function readRowRange(part: ShardPart, first: number, target: FeatureMatrix): Promise<void> {
  const rowBytes = target.dim * Float32Array.BYTES_PER_ELEMENT;
  return readBytes(part, (part.firstRowInFile + first) * rowBytes, target);
}

/** Fills a matrix of shape (rows × views, dim) with the views of rows of a part that has some; otherwise like `readRowRange`. */
export async function readViewRange(part: ShardPart, first: number, target: FeatureMatrix): Promise<void> {
  if (!part.views) return;
  const rowBytes = part.views.perImage * target.dim * Float32Array.BYTES_PER_ELEMENT;
  await readBytes(part.views, (part.firstRowInFile + first) * rowBytes, target);
}

type StoredArray = Pick<ShardPart, "file" | "dataOffset" | "checksum">;

async function readBytes(
  { file: path, dataOffset, checksum }: StoredArray,
  start: number,
  { values }: FeatureMatrix,
): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  try {
    const file = await open(path, "r");
    try {
      await fill(file, bytes, dataOffset + start);
      if (!checksum) return;
      const header = new Uint8Array(dataOffset);
      await fill(file, header, 0);
      if (crc32(bytes, crc32(header)) !== checksum.crc32) throw WRONG_CHECKSUM;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

async function fill(file: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, Math.min(READ_BYTES, bytes.length - done), start + done);
    if (bytesRead === 0) throw new Error(`expected more than ${start + done} bytes, found ${start + done}`);
    done += bytesRead;
  }
}
