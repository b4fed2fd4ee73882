import type { FeatureIndex } from "#artifacts/feature-index.ts";
import { ShardDraft } from "#artifacts/shard-draft.ts";
import { chunksOf } from "#base/chunks-of.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { Progress } from "#base/progress.ts";
import { rowsOf } from "#data/feature-matrix.ts";
import type { HashedImage } from "#data/image-record.ts";
import type { IndexRow } from "#data/index-row.ts";
import type { RowOwners } from "#data/row-owners.ts";
import type { Shard } from "#data/shard.ts";
import { viewCount } from "#data/view.ts";
import { type EmbedOptions, embedPictures, type PictureVectors, type SeenPictures } from "#features/embed-pictures.ts";
import type { DecodeOptions } from "#images/decode-image.ts";
import type { ShelvedImage } from "#images/picture-process.ts";
import { type Fault, UnreadablePicture } from "#images/unreadable-picture.ts";
import type { FreshImage } from "./1-scan.ts";
import type { ExtractionTools } from "./extraction-tools.ts";

export interface ExtractOptions {
  readonly tools: ExtractionTools;
  /** Opens the model when the first picture needs it. */
  readonly embedder: EmbedOptions["open"];
  readonly decode: DecodeOptions;
  readonly index: FeatureIndex;
  readonly owners: RowOwners;
  readonly shardRows: number;
  /** For the progress; there may be more where files have changed, and fewer where they were moved. */
  readonly expectedImages: number;
  readonly progress: Progress;
  /** Gets what cannot be decoded. */
  readonly onUnreadable: (image: HashedImage, reason: string, fault: Fault) => void;
}

/**
 * Decodes pictures, embeds them and their views, and yields shards of `shardRows` rows as they come to lie on disk. Decoding, the model
 * and the reader work at the same time. Rows keep the order of the images; those whose features are copied come last.
 */
export async function* extract(images: AsyncIterable<FreshImage>, options: ExtractOptions): AsyncGenerator<Shard> {
  const writer = new ShardWriter(options);
  const copies: Copy[] = [];
  const { tools, embedder: open } = options;
  const decoded = readable(withoutCopies(images, copies), options);
  for await (const { item, vectors: all } of embedPictures(decoded, { open, sessions: tools.sessions })) {
    const { image, decoded } = item;
    const [vectors] = all;
    tools.shelf.giveBack(decoded.place);
    if (vectors.every((vector) => !vector || isFiniteVector(vector))) {
      yield* writer.add(image, decoded, vectors);
    } else options.onUnreadable(image, "the model's output is not finite", "content");
  }
  for (const some of chunksOf(copies, options.shardRows)) yield* copyFeatures(some, writer, options);
  yield* writer.finish();
  options.progress.finish("extract");
}

/** Rows on their way to disk. */
class ShardWriter {
  readonly #options: ExtractOptions;
  readonly #draft: ShardDraft;
  #images: HashedImage[] = [];
  #done = 0;

  constructor(options: ExtractOptions) {
    const { shardRows, index, decode } = options;
    this.#options = options;
    this.#draft = new ShardDraft(shardRows, index.store.dim, viewCount(decode.views));
  }

  async *add(
    image: HashedImage,
    { width, height }: Pick<ShelvedImage, "width" | "height">,
    vectors: PictureVectors,
  ): AsyncGenerator<Shard> {
    const { id, sha256, bytes, modified } = image;
    this.#draft.add({ id, sha256, bytes, modified, width, height }, vectors);
    this.#images.push(image);
    const { progress, expectedImages } = this.#options;
    progress.update("extract", "images", ++this.#done, Math.max(this.#done, expectedImages));
    if (this.#draft.isFull) yield this.#write();
  }

  async *finish(): AsyncGenerator<Shard> {
    if (!this.#draft.isEmpty) yield this.#write();
  }

  async #write(): Promise<Shard> {
    const { index, owners } = this.#options;
    const images = this.#images;
    this.#images = [];
    const shard = await index.append(this.#draft.take());
    owners.add(images.map((file, i) => ({ file, row: index.rows[shard.firstRow + i] })));
    return shard;
  }
}

interface Copy {
  readonly image: HashedImage;
  readonly copyOf: number;
}

async function* withoutCopies(images: AsyncIterable<FreshImage>, copies: Copy[]): AsyncGenerator<HashedImage> {
  for await (const { image, copyOf } of images) {
    if (copyOf === undefined) yield image;
    else copies.push({ image, copyOf });
  }
}

async function* copyFeatures(
  copies: readonly Copy[],
  writer: ShardWriter,
  { index }: ExtractOptions,
): AsyncGenerator<Shard> {
  const rows = Uint32Array.from(copies, ({ copyOf }) => copyOf);
  const [features, views] = [await index.store.readRows(rows), await index.store.readViews(rows)];
  const perImage = views ? views.rowCount / rows.length : 0;
  for (const [i, { image, copyOf }] of copies.entries()) {
    const ownViews = Array.from({ length: perImage }, (_, view) => i * perImage + view);
    const vectors = ownViews.map((view) => views && rowsOf(views, view, view + 1).values);
    yield* writer.add(image, index.rows[copyOf] as IndexRow, [rowsOf(features, i, i + 1).values, ...vectors]);
  }
}

/** Nothing times 0 is anything but 0, unless it is not finite. */
function isFiniteVector(vector: Float32Array): boolean {
  let sum = 0;
  for (let f = 0; f < vector.length; f++) sum += 0 * vector[f];
  return sum === 0;
}

type Decoded = SeenPictures<{ readonly image: HashedImage; readonly decoded: ShelvedImage }>;

interface Undecodable {
  readonly image: HashedImage;
  readonly fault: Fault;
  readonly reason: string;
}

async function* readable(images: AsyncIterable<HashedImage>, options: ExtractOptions): AsyncGenerator<Decoded> {
  const { concurrency, decodedAhead } = options.tools;
  for await (const found of orderedMap(images, concurrency, (image) => decode(image, options), decodedAhead)) {
    if ("reason" in found) options.onUnreadable(found.image, found.reason, found.fault);
    else yield found;
  }
}

async function decode(image: HashedImage, { tools, decode: options }: ExtractOptions): Promise<Decoded | Undecodable> {
  try {
    const decoded = await tools.reader.shelve(image.path, options);
    return { item: { image, decoded }, pictures: [decoded] };
  } catch (error) {
    if (!(error instanceof UnreadablePicture)) throw error;
    return { image, fault: error.fault, reason: error.message };
  }
}
