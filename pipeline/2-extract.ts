import type { FeatureIndex } from "#artifacts/feature-index.ts";
import { ShardDraft } from "#artifacts/shard-draft.ts";
import { chunksOf, chunksOfStream } from "#base/chunks-of.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { Progress } from "#base/progress.ts";
import { rowsOf } from "#data/feature-matrix.ts";
import type { HashedImage } from "#data/image-record.ts";
import type { IndexRow } from "#data/index-row.ts";
import type { RowOwners } from "#data/row-owners.ts";
import type { Shard } from "#data/shard.ts";
import { type View, viewCount } from "#data/view.ts";
import type { Fault } from "#images/unreadable-picture.ts";
import type { EmbeddedPicture, EmbeddedTask, PictureEmbedding } from "#tasks/picture-embedding.ts";
import type { FreshImage } from "./1-scan.ts";

export interface ExtractOptions {
  /** Who decodes and embeds. */
  readonly embedding: PictureEmbedding;
  /** Images of a task. */
  readonly imagesTogether: number;
  readonly views: readonly View[];
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
 * Has pictures and their views embedded, some hundred a task, and yields shards of `shardRows` rows as they come to lie on disk. Tasks and the
 * reader work at the same time. Rows keep the order of the images; those whose features are copied come last.
 */
export async function* extract(images: AsyncIterable<FreshImage>, options: ExtractOptions): AsyncGenerator<Shard> {
  const writer = new ShardWriter(options);
  const copies: Copy[] = [];
  const { embedding, progress, expectedImages, onUnreadable } = options;
  let done = 0;
  const onDone = (count: number) => {
    done += count;
    progress.update("extract", "images", done, Math.max(done, expectedImages));
  };
  const tasks = chunksOfStream(withoutCopies(images, copies), options.imagesTogether);
  const embedded = orderedMap(tasks, embedding.atOnce, async (some) => {
    // who waits for workers sees it, and the rate is that of all that was waited for
    if (done === 0) onDone(0);
    return { some, task: await embedding.embed(some, onDone) };
  });
  for await (const { some, task } of embedded) {
    for (const [i, picture] of (await task?.read())?.entries() ?? []) {
      if ("reason" in picture) onUnreadable(some[i], picture.reason, picture.fault);
      else yield* writer.add(some[i], picture);
    }
    if (task) writer.end(task);
  }
  for (const some of chunksOf(copies, options.shardRows)) yield* copyFeatures(some, writer, options, onDone);
  yield* writer.finish();
  progress.finish("extract");
}

/** Rows on their way to disk. */
class ShardWriter {
  readonly #options: ExtractOptions;
  readonly #draft: ShardDraft;
  #images: HashedImage[] = [];
  /** Tasks that the draft has rows of. */
  #tasks: EmbeddedTask[] = [];

  constructor(options: ExtractOptions) {
    const { shardRows, index, views } = options;
    this.#options = options;
    this.#draft = new ShardDraft(shardRows, index.store.dim, viewCount(views));
  }

  async *add(image: HashedImage, { width, height, vectors }: EmbeddedPicture): AsyncGenerator<Shard> {
    const { id, sha256, bytes, modified } = image;
    this.#draft.add({ id, sha256, bytes, modified, width, height }, vectors);
    this.#images.push(image);
    if (this.#draft.isFull) yield this.#write();
  }

  /** All rows of a task were added. */
  end(task: EmbeddedTask): void {
    this.#tasks.push(task);
  }

  async *finish(): AsyncGenerator<Shard> {
    if (!this.#draft.isEmpty) yield this.#write();
    await this.#release();
  }

  async #write(): Promise<Shard> {
    const { index, owners } = this.#options;
    const images = this.#images;
    this.#images = [];
    const shard = await index.append(this.#draft.take());
    owners.add(images.map((file, i) => ({ file, row: index.rows[shard.firstRow + i] })));
    await this.#release();
    return shard;
  }

  async #release(): Promise<void> {
    const tasks = this.#tasks;
    this.#tasks = [];
    await Promise.all(tasks.map((task) => task.release()));
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
  onDone: (images: number) => void,
): AsyncGenerator<Shard> {
  const rows = Uint32Array.from(copies, ({ copyOf }) => copyOf);
  const [features, views] = [await index.store.readRows(rows), await index.store.readViews(rows)];
  const perImage = views ? views.rowCount / rows.length : 0;
  for (const [i, { image, copyOf }] of copies.entries()) {
    const ownViews = Array.from({ length: perImage }, (_, view) => i * perImage + view);
    const ofViews = ownViews.map((view) => views && rowsOf(views, view, view + 1).values);
    const { width, height } = index.rows[copyOf] as IndexRow;
    yield* writer.add(image, { width, height, vectors: [rowsOf(features, i, i + 1).values, ...ofViews] });
  }
  onDone(copies.length);
}
