import { type LostPart, readRowRange, readViewRange, type ShardPart } from "#artifacts/shard-files.ts";
import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import { type ImageVectors, imageVectors } from "#data/image-vectors.ts";
import type { Shard } from "#data/shard.ts";

/** The features of all rows on disk, as shards of consecutive rows. */
export class ShardStore {
  readonly #parts: (ShardPart | LostPart)[] = [];
  readonly dim: number;

  /** @param parts shards that lie on disk already */
  constructor(dim: number, parts: Iterable<ShardPart | LostPart>) {
    this.dim = dim;
    for (const part of parts) this.#parts.push(part);
  }

  get shardCount(): number {
    return this.#parts.length;
  }

  get rowCount(): number {
    const last = this.#parts.at(-1);
    return last ? last.firstRow + last.rowCount : 0;
  }

  /** Takes in a shard that was put on disk behind the others. */
  add(part: ShardPart): void {
    this.#parts.push(part);
  }

  /** Number of the shard that a row lies in. */
  shardOf(row: number): number {
    let [low, high] = [0, this.#parts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#parts[middle].firstRow <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Number of a shard's first row. */
  firstRowOf(shard: number): number {
    return this.#parts[shard].firstRow;
  }

  /** Whether a shard's features can be read. */
  has(shard: number): boolean {
    return "file" in this.#parts[shard];
  }

  /** Vectors a shard has at most: views that are like the picture are left out when it is read. */
  vectorCountOf(shard: number): number {
    const { rowCount, views } = this.partOf(shard);
    return rowCount * (1 + (views?.perImage ?? 0));
  }

  /** A shard with all vectors of its images. */
  async readShard(number: number): Promise<Shard> {
    const part = this.partOf(number);
    const { firstRow, rowCount } = part;
    const features = sharedMatrix(rowCount, this.dim);
    await readRowRange(part, 0, features);
    const views = part.views && sharedMatrix(rowCount * part.views.perImage, this.dim);
    if (views) await readViewRange(part, 0, views);
    return { number, firstRow, vectors: imageVectors(features, views) };
  }

  /** Where a shard's rows lie on disk. */
  partOf(shard: number): ShardPart {
    const part = this.#parts[shard];
    if ("file" in part) return part;
    throw new Error(`Shard ${shard} has no features`);
  }

  get #viewsPerImage(): number {
    const known = this.#parts.find((part) => "file" in part);
    return known?.views?.perImage ?? 0;
  }

  /**
   * The features of chosen rows, in shared memory.
   *
   * @param rows any rows of the index, in any order; row `i` of the result is row `rows[i]` of the index
   */
  readRows(rows: Uint32Array): Promise<FeatureMatrix> {
    return this.#gather(rows, 1, readRowRange);
  }

  /** The views of chosen rows, as they lie on disk: shape (rows × views, dim); undefined where there are none. */
  async readViews(rows: Uint32Array): Promise<FeatureMatrix | undefined> {
    const perImage = this.#viewsPerImage;
    return perImage === 0 ? undefined : this.#gather(rows, perImage, readViewRange);
  }

  /** All vectors of chosen rows: image `i` of the result is row `rows[i]` of the index. */
  async readVectors(rows: Uint32Array): Promise<ImageVectors> {
    return imageVectors(await this.readRows(rows), await this.readViews(rows));
  }

  async #gather(rows: Uint32Array, perRow: number, read: RangeReader): Promise<FeatureMatrix> {
    const matrix = sharedMatrix(rows.length * perRow, this.dim);
    const order = Uint32Array.from(rows.keys()).sort((a, b) => rows[a] - rows[b]);
    let next = 0;
    for (const part of this.#parts) {
      const first = next;
      while (next < order.length && rows[order[next]] < part.firstRow + part.rowCount) next++;
      const wanted = order.subarray(first, next);
      if (wanted.length === 0) continue;
      if (!("file" in part)) throw new Error(`Row ${rows[wanted[0]]} has no features`);
      const target = { matrix, perRow, rows, wanted };
      // reading a shard as a whole beats single reads from about a sixteenth of its rows on, and only a whole can be checked
      if (part.checksum || wanted.length * 16 > part.rowCount) await this.#pickFromAll(part, target, read);
      else
        for (const i of wanted) await read(part, rows[i] - part.firstRow, rowsOf(matrix, i * perRow, (i + 1) * perRow));
    }
    return matrix;
  }

  async #pickFromAll(part: ShardPart, { matrix, perRow, rows, wanted }: Gathered, read: RangeReader): Promise<void> {
    const all = sharedMatrix(part.rowCount * perRow, this.dim);
    await read(part, 0, all);
    const length = perRow * this.dim;
    for (const i of wanted) {
      const from = (rows[i] - part.firstRow) * length;
      matrix.values.set(all.values.subarray(from, from + length), i * length);
    }
  }
}

/** Rows that are being read: `matrix` gets row `rows[i]` as its i-th, for every i that is wanted from a part. */
interface Gathered {
  readonly matrix: FeatureMatrix;
  readonly perRow: number;
  readonly rows: Uint32Array;
  readonly wanted: Uint32Array;
}

/** Fills a matrix with what belongs to rows of a part, from its row `first` on. */
type RangeReader = (part: ShardPart, first: number, target: FeatureMatrix) => Promise<void>;
