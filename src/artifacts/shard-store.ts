import { join } from "node:path";
import { readRowRange, type ShardPart } from "#artifacts/shard-files.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { type FeatureMatrix, rowsOf, type Shard, sharedMatrix } from "#data/feature-matrix.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";

/** Changes when what lies in index/ can no longer be read by older programs. */
const FORMAT_VERSION = 1;

/** Written last: an index without it was never finished. */
export const INDEX_RECORD = "index.json";

/** The features of all images on disk, as shards of consecutive rows. */
export class ShardStore {
  readonly #folder: string;
  readonly #parts: ShardPart[];
  readonly #images: ImageRecord[];
  readonly dim: number;

  /** @param existing shards that lie on disk already, and what is known of each of their rows */
  constructor(folder: string, dim: number, existing?: { parts: readonly ShardPart[]; images: readonly ImageRecord[] }) {
    this.#folder = folder;
    this.dim = dim;
    this.#parts = [...(existing?.parts ?? [])];
    this.#images = [...(existing?.images ?? [])];
  }

  /** What is known of each row so far. */
  get images(): readonly ImageRecord[] {
    return this.#images;
  }

  get shardCount(): number {
    return this.#parts.length;
  }

  rowCountOf(shard: number): number {
    return this.#parts[shard].rowCount;
  }

  firstRowOf(shard: number): number {
    return this.#parts[shard].firstRow;
  }

  /** Puts a shard on disk: NNNN.object_ids.npy, NNNN.features.npy and what is known of its images. */
  async write({ number, firstRow, images, features }: Shard): Promise<void> {
    const name = String(number).padStart(4, "0");
    const file = join(this.#folder, `${name}.features.npy`);
    const content = formatFeatureArray(features);
    await writeWholeFile(file, [content]);
    await writeWholeFile(join(this.#folder, `${name}.images.ndjson`), imageLines(images));
    await writeWholeFile(join(this.#folder, `${name}.object_ids.npy`), [
      formatUnicodeArray(images.map(({ id }) => id)),
    ]);
    const dataOffset = content.length - features.values.byteLength;
    this.#parts.push({ file, dataOffset, firstRowInFile: 0, firstRow, rowCount: images.length });
    for (const image of images) this.#images.push(image);
  }

  /** Notes what made the index, once all shards are written. */
  async finish(madeBy: Record<string, unknown>): Promise<void> {
    const rows = this.#images.length;
    const content = { format: FORMAT_VERSION, shards: this.#parts.length, rows, dim: this.dim, ...madeBy };
    await writeWholeFile(join(this.#folder, INDEX_RECORD), [`${JSON.stringify(content, null, 2)}\n`]);
  }

  /** The features of one shard, in shared memory. */
  async readShard(shard: number): Promise<FeatureMatrix> {
    const part = this.#parts[shard];
    const matrix = sharedMatrix(part.rowCount, this.dim);
    await readRowRange(part, 0, matrix);
    return matrix;
  }

  /**
   * The features of chosen rows, in shared memory.
   *
   * @param rows any rows of the index, in any order; row `i` of the result is row `rows[i]` of the index
   */
  async readRows(rows: Uint32Array): Promise<FeatureMatrix> {
    const matrix = sharedMatrix(rows.length, this.dim);
    const order = Uint32Array.from(rows.keys()).sort((a, b) => rows[a] - rows[b]);
    let next = 0;
    for (const part of this.#parts) {
      const first = next;
      while (next < order.length && rows[order[next]] < part.firstRow + part.rowCount) next++;
      await this.#readSome(part, rows, order.subarray(first, next), matrix);
    }
    return matrix;
  }

  async #readSome(part: ShardPart, rows: Uint32Array, wanted: Uint32Array, matrix: FeatureMatrix): Promise<void> {
    // reading a shard as a whole beats single reads from about a sixteenth of its rows on
    if (wanted.length * 16 > part.rowCount) {
      const all = sharedMatrix(part.rowCount, this.dim);
      await readRowRange(part, 0, all);
      for (const i of wanted) {
        const row = rows[i] - part.firstRow;
        matrix.values.set(all.values.subarray(row * this.dim, (row + 1) * this.dim), i * this.dim);
      }
    } else {
      for (const i of wanted) await readRowRange(part, rows[i] - part.firstRow, rowsOf(matrix, i, i + 1));
    }
  }
}

function* imageLines(images: readonly ImageRecord[]): Generator<string> {
  for (const image of images) yield `${JSON.stringify(image)}\n`;
}
