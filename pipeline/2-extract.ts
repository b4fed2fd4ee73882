import { ShardDraft } from "#artifacts/shard-draft.ts";
import type { ShardStore } from "#artifacts/shard-store.ts";
import { buffered } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import type { HashedImage, ImageRecord, UnreadableImage } from "#data/image-record.ts";
import type { Shard } from "#data/shard.ts";
import { viewCount } from "#data/view.ts";
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
 * Decodes pictures, embeds them and their views, and yields shards of `shardRows` rows as they come to lie on disk. Decoding, the model
 * and the reader work at the same time. Rows keep the order of the images.
 */
export async function* extract(images: AsyncIterable<HashedImage>, options: ExtractOptions): AsyncGenerator<Shard> {
  const { store, shardRows, embedder, decode, progress, fileCount, unreadable } = options;
  progress.update("extract", "images", 0, fileCount);
  const draft = new ShardDraft(shardRows, embedder.dim, viewCount(decode.views));
  let done = 0;
  for await (const { image, decoded, vectors } of embedded(images, options)) {
    progress.update("extract", "images", ++done, fileCount - unreadable.length);
    if (!vectors.every((vector) => vector?.every(Number.isFinite) ?? true)) {
      unreadable.push({ id: image.id, stage: "extract", reason: "the model's output is not finite" });
      continue;
    }
    draft.add(toRecord(image, decoded), vectors);
    if (draft.isFull) yield await draft.appendTo(store);
  }
  if (!draft.isEmpty) yield await draft.appendTo(store);
  progress.finish("extract");
}

/** Yields the shards of features that lie on disk already. */
export async function* readShards(store: ShardStore, progress: Progress): AsyncGenerator<Shard> {
  for (let number = 0; number < store.shardCount; number++) {
    const shard = await store.readShard(number);
    progress.update("read", "rows", shard.firstRow + shard.images.length, store.images.length);
    yield shard;
  }
  progress.finish("read");
}

interface Decoded {
  readonly image: HashedImage;
  readonly decoded: DecodedImage;
}

/** A picture or a view of it on its way through the model. */
interface Seen {
  readonly of: Decoded;
  /** 0 for the picture as it stands, then its views in their order. */
  readonly place: number;
  readonly isLast: boolean;
  readonly pixels: Uint8Array;
}

interface Embedded extends Decoded {
  /** The feature, then the views; undefined for one that is like the picture. */
  readonly vectors: [Float32Array, ...(Float32Array | undefined)[]];
}

async function* embedded(images: AsyncIterable<HashedImage>, options: ExtractOptions): AsyncGenerator<Embedded> {
  const { embedder, unreadable } = options;
  const decoded = orderedMap(images, options.concurrency, (image) => decode(image, options.decode));
  // two batches are under way: while the model computes one, the next is put together
  const batches = orderedMap(buffered(inBatches(decoded, embedder.batch, unreadable), 1), 2, async (batch) => {
    return { batch, features: await embedder.embed(batch.map(({ pixels }) => pixels)) };
  });
  let vectors: (Float32Array | undefined)[] = [];
  for await (const { batch, features } of batches) {
    for (const [i, { of, place, isLast }] of batch.entries()) {
      if (place === 0) vectors = new Array(1 + of.decoded.views.length).fill(undefined);
      vectors[place] = features.subarray(i * embedder.dim, (i + 1) * embedder.dim);
      if (isLast) yield { ...of, vectors: vectors as Embedded["vectors"] };
    }
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
): AsyncGenerator<Seen[]> {
  let batch: Seen[] = [];
  for await (const entry of source) {
    if ("reason" in entry) {
      unreadable.push(entry);
      continue;
    }
    for (const seen of waysToSee(entry)) {
      if (batch.push(seen) < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function waysToSee(of: Decoded): Seen[] {
  const { pixels, views } = of.decoded;
  const places = [pixels, ...views].flatMap((seen, place) => (seen ? [{ place, pixels: seen }] : []));
  return places.map((seen, i) => ({ ...seen, of, isLast: i === places.length - 1 }));
}

function toRecord(
  { id, reference, folderLabel, bytes, sha256 }: HashedImage,
  { width, height }: DecodedImage,
): ImageRecord {
  return { id, reference, folderLabel, width, height, bytes, sha256 };
}
