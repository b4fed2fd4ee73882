import { join } from "node:path";
import { readRowRange, readViewRange, type ShardPart, type ViewsPart } from "#artifacts/shard-files.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { type ImageVectors, imageVectors } from "#data/image-vectors.ts";
import type { Shard } from "#data/shard.ts";
import { formatFeatureArray, formatViewArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";

/** Changes when what lies in index/ can no longer be read by older programs. */
const FORMAT_VERSION = 1;

/** Written last: an index without it was never finished. */
export const INDEX_RECORD = "index.json";

/** What becomes a shard: its rows' images, their features and, where there are any, their further views. */
export interface ShardContent {
  readonly images: readonly ImageRecord[];
  /** In shared memory, shape (images, dim). */
  readonly features: FeatureMatrix;
  /** Shape (images × views, dim), the views of an image side by side; one that is like the picture is equal to its feature. */
  readonly views: FeatureMatrix | undefined;
}

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

  /** Vectors a shard has at most: views that are like the picture are left out when it is read. */
  vectorCountOf(shard: number): number {
    const { rowCount, views } = this.#parts[shard];
    return rowCount * (1 + (views?.perImage ?? 0));
  }

  /** Puts a shard on disk: NNNN.object_ids.npy, NNNN.features.npy, NNNN.views.npy and what is known of its images. */
  async append({ images, features, views }: ShardContent): Promise<Shard> {
    const number = this.#parts.length;
    const firstRow = this.#images.length;
    const name = join(this.#folder, String(number).padStart(4, "0"));
    const file = `${name}.features.npy`;
    const content = formatFeatureArray(features);
    await writeWholeFile(file, [content]);
    const part = { file, dataOffset: content.length - features.values.byteLength, firstRowInFile: 0, firstRow };
    const viewsPart = views && (await writeViews(`${name}.views.npy`, views, images.length));
    await writeWholeFile(`${name}.images.ndjson`, imageLines(images));
    await writeWholeFile(`${name}.object_ids.npy`, [formatUnicodeArray(images.map(({ id }) => id))]);
    this.#parts.push({ ...part, rowCount: images.length, ...(viewsPart ? { views: viewsPart } : {}) });
    for (const image of images) this.#images.push(image);
    return { number, firstRow, images, vectors: imageVectors(features, views) };
  }

  /** Notes what made the index, once all shards are written. */
  async finish(madeBy: Record<string, unknown>): Promise<void> {
    const rows = this.#images.length;
    const content = { format: FORMAT_VERSION, shards: this.#parts.length, rows, dim: this.dim, ...madeBy };
    await writeWholeFile(join(this.#folder, INDEX_RECORD), [`${JSON.stringify(content, null, 2)}\n`]);
  }

  /** A shard with all vectors of its images. */
  async readShard(number: number): Promise<Shard> {
    const part = this.#parts[number];
    const { firstRow, rowCount } = part;
    const features = sharedMatrix(rowCount, this.dim);
    await readRowRange(part, 0, features);
    const views = part.views && sharedMatrix(rowCount * part.views.perImage, this.dim);
    if (views) await readViewRange(part, 0, views);
    const images = this.#images.slice(firstRow, firstRow + rowCount);
    return { number, firstRow, images, vectors: imageVectors(features, views) };
  }

  /**
   * The features of chosen rows, in shared memory.
   *
   * @param rows any rows of the index, in any order; row `i` of the result is row `rows[i]` of the index
   */
  readRows(rows: Uint32Array): Promise<FeatureMatrix> {
    return this.#gather(rows, 1, readRowRange);
  }

  /** All vectors of chosen rows: image `i` of the result is row `rows[i]` of the index. */
  async readVectors(rows: Uint32Array): Promise<ImageVectors> {
    const features = await this.readRows(rows);
    const perImage = this.#parts[0]?.views?.perImage;
    return imageVectors(
      features,
      perImage === undefined ? undefined : await this.#gather(rows, perImage, readViewRange),
    );
  }

  async #gather(rows: Uint32Array, perRow: number, read: RangeReader): Promise<FeatureMatrix> {
    const matrix = sharedMatrix(rows.length * perRow, this.dim);
    const order = Uint32Array.from(rows.keys()).sort((a, b) => rows[a] - rows[b]);
    let next = 0;
    for (const part of this.#parts) {
      const first = next;
      while (next < order.length && rows[order[next]] < part.firstRow + part.rowCount) next++;
      const wanted = order.subarray(first, next);
      // reading a shard as a whole beats single reads from about a sixteenth of its rows on
      if (wanted.length * 16 > part.rowCount) {
        const all = sharedMatrix(part.rowCount * perRow, this.dim);
        await read(part, 0, all);
        const length = perRow * this.dim;
        for (const i of wanted) {
          const from = (rows[i] - part.firstRow) * length;
          matrix.values.set(all.values.subarray(from, from + length), i * length);
        }
      } else {
        for (const i of wanted) {
          await read(part, rows[i] - part.firstRow, rowsOf(matrix, i * perRow, (i + 1) * perRow));
        }
      }
    }
    return matrix;
  }
}

/** Fills a matrix with what belongs to rows of a part, from its row `first` on. */
type RangeReader = (part: ShardPart, first: number, target: FeatureMatrix) => Promise<void>;

async function writeViews(file: string, views: FeatureMatrix, images: number): Promise<ViewsPart> {
  const perImage = views.rowCount / images;
  const content = formatViewArray(views, perImage);
  await writeWholeFile(file, [content]);
  return { file, dataOffset: content.length - views.values.byteLength, perImage };
}

function* imageLines(images: readonly ImageRecord[]): Generator<string> {
  for (const image of images) yield `${JSON.stringify(image)}\n`;
}
