import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ShardFiles } from "#artifacts/index-record.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
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
}

/** Where the views of a part's rows lie: an array of shape (rows, perImage, dim), rows as in the part's own file. */
export interface ViewsPart {
  readonly file: string;
  readonly dataOffset: number;
  readonly perImage: number;
}

/** Where the rows of a shard of the index lie. */
export function partsOf(
  folder: string,
  { features, views }: ShardFiles,
  { firstRow, rowCount, dim }: { firstRow: number; rowCount: number; dim: number },
): ShardPart {
  const rowBytes = dim * Float32Array.BYTES_PER_ELEMENT;
  // headers have a multiple of 64 bytes, mostly 128: the rest of a file is rows
  const dataOffset = features.bytes - rowCount * rowBytes;
  const part = { file: join(folder, features.name), dataOffset, firstRowInFile: 0, firstRow, rowCount };
  if (!views) return part;
  const perImage = Math.floor(views.bytes / (rowCount * rowBytes));
  const viewsPart = {
    file: join(folder, views.name),
    perImage,
    dataOffset: views.bytes - rowCount * perImage * rowBytes,
  };
  return { ...part, views: viewsPart };
}

// one read call takes at most 2 GiB
const READ_BYTES = 1 << 30;

/**
 * Fills a matrix with rows of a part.
 *
 * @param first the part's row that becomes row 0 of `target`
 * @throws PipelineError `artifact` when the file ends too early
 */
export function readRowRange(part: ShardPart, first: number, target: FeatureMatrix): Promise<void> {
  const rowBytes = target.dim * Float32Array.BYTES_PER_ELEMENT;
  return readBytes(part.file, part.dataOffset + (part.firstRowInFile + first) * rowBytes, target);
}

/** Fills a matrix of shape (rows × views, dim) with the views of rows of a part that has some; otherwise like `readRowRange`. */
export async function readViewRange(part: ShardPart, first: number, target: FeatureMatrix): Promise<void> {
  if (!part.views) return;
  const { file, dataOffset, perImage } = part.views;
  const rowBytes = perImage * target.dim * Float32Array.BYTES_PER_ELEMENT;
  await readBytes(file, dataOffset + (part.firstRowInFile + first) * rowBytes, target);
}

async function readBytes(path: string, start: number, { values }: FeatureMatrix): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  try {
    const file = await open(path, "r");
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, done, Math.min(READ_BYTES, bytes.length - done), start + done);
        if (bytesRead === 0) throw new Error(`expected more than ${start + done} bytes, found ${start + done}`);
        done += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    const message = `Cannot read "${path}": ${messageOf(error)}; the next run checks it and makes it anew where it is damaged`;
    throw new PipelineError("artifact", message, { cause: error });
  }
}
