import type { ShardStore } from "#artifacts/shard-store.ts";
import { buffered } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import { type FeatureMatrix, rowsOf, type Shard, sharedMatrix } from "#data/feature-matrix.ts";
import type { HashedImage, ImageRecord, UnreadableImage } from "#data/image-record.ts";
import type { Embedder } from "#features/embedder.ts";
import { type DecodedImage, type DecodeOptions, decodeImage } from "#images/decode-image.ts";

export interface ExtractOptions {
  readonly embedder: Embedder;
  readonly decode: DecodeOptions;
  readonly store: ShardStore;
  readonly shardRows: number;
  /** Pictures decoded at once. */
  readonly concurrency: number;
  readonly fileCount: number;
  readonly progress: Progress;
  readonly unreadable: UnreadableImage[];
}

/**
 * Decodes pictures, embeds them, and yields shards of `shardRows` rows as they come to lie on disk. Decoding, the model and the
 * reader work at the same time. Rows keep the order of the images.
 */
export async function* extract(images: AsyncIterable<HashedImage>, options: ExtractOptions): AsyncGenerator<Shard> {
  const { store, shardRows, embedder } = options;
  const draft = new ShardDraft(shardRows, embedder.dim);
  for await (const { image, features } of embedded(images, options)) {
    draft.add(image, features);
    if (draft.isFull) yield await draft.writeTo(store);
  }
  if (!draft.isEmpty) yield await draft.writeTo(store);
  options.progress.finish("extract");
}

/** Yields the shards of features that lie on disk already. */
export async function* readShards(store: ShardStore, progress: Progress): AsyncGenerator<Shard> {
  for (let number = 0; number < store.shardCount; number++) {
    const firstRow = store.firstRowOf(number);
    const features = await store.readShard(number);
    const images = store.images.slice(firstRow, firstRow + features.rowCount);
    progress.update("read", "rows", firstRow + features.rowCount, store.images.length);
    yield { number, firstRow, images, features };
  }
  progress.finish("read");
}

interface Decoded {
  readonly image: HashedImage;
  readonly decoded: DecodedImage;
}

async function* embedded(images: AsyncIterable<HashedImage>, options: ExtractOptions) {
  const { embedder, fileCount, progress, unreadable } = options;
  progress.update("extract", "images", 0, fileCount);
  const decoded = orderedMap(images, options.concurrency, (image) => decode(image, options.decode));
  // two batches are under way: while the model computes one, the next is put together
  const batches = orderedMap(buffered(inBatches(decoded, embedder.batch, unreadable), 1), 2, async (batch) => {
    return { batch, features: await embedder.embed(batch.map((entry) => entry.decoded.pixels)) };
  });
  let done = 0;
  for await (const { batch, features } of batches) {
    for (const [i, { image, decoded }] of batch.entries()) {
      const row = features.subarray(i * embedder.dim, (i + 1) * embedder.dim);
      if (row.every(Number.isFinite)) yield { image: toRecord(image, decoded), features: row };
      else unreadable.push({ id: image.id, stage: "extract", reason: "the model's output is not finite" });
    }
    done += batch.length;
    progress.update("extract", "images", done, fileCount - unreadable.length);
  }
}

async function decode(image: HashedImage, options: DecodeOptions): Promise<Decoded | UnreadableImage> {
  try {
    return { image, decoded: await decodeImage(image.path, options) };
  } catch (error) {
    return { id: image.id, stage: "extract", reason: messageOf(error) };
  }
}

async function* inBatches(
  source: AsyncIterable<Decoded | UnreadableImage>,
  size: number,
  unreadable: UnreadableImage[],
) {
  let batch: Decoded[] = [];
  for await (const entry of source) {
    if ("reason" in entry) unreadable.push(entry);
    else if (batch.push(entry) === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function toRecord(
  { id, reference, folderLabel, bytes, sha256 }: HashedImage,
  { width, height }: DecodedImage,
): ImageRecord {
  return { id, reference, folderLabel, width, height, bytes, sha256 };
}

/** Rows that wait to become a shard. */
class ShardDraft {
  readonly #capacity: number;
  readonly #dim: number;
  #number = 0;
  #firstRow = 0;
  #images: ImageRecord[] = [];
  #features: FeatureMatrix | undefined;

  constructor(capacity: number, dim: number) {
    this.#capacity = capacity;
    this.#dim = dim;
  }

  get isFull(): boolean {
    return this.#images.length === this.#capacity;
  }

  get isEmpty(): boolean {
    return this.#images.length === 0;
  }

  add(image: ImageRecord, features: Float32Array): void {
    this.#features ??= sharedMatrix(this.#capacity, this.#dim);
    this.#features.values.set(features, this.#images.length * this.#dim);
    this.#images.push(image);
  }

  async writeTo(store: ShardStore): Promise<Shard> {
    const features = rowsOf(this.#features as FeatureMatrix, 0, this.#images.length);
    const shard = { number: this.#number, firstRow: this.#firstRow, images: this.#images, features };
    await store.write(shard);
    this.#number++;
    this.#firstRow += this.#images.length;
    this.#images = [];
    this.#features = undefined;
    return shard;
  }
}
