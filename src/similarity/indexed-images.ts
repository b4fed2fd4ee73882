import { EncodedRowsFolder } from "#artifacts/encoded-rows-folder.ts";
import type { Progress } from "#base/progress.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import type { Metric } from "#data/metric.ts";
import { type RowOrder, rowOrderOf } from "#data/row-order.ts";
import type { QueryVectors } from "#search/row-level.ts";
import type { Searcher } from "#search/searcher.ts";
import type { ImageRows } from "#similarity/image-rows.ts";
import { readyShards } from "#similarity/ready-shards.ts";
import type { IndexedImage, IndexFacts, SimilarImage, SimilarityQuery } from "#similarity/similar-images.ts";
import { rankOf } from "#similarity/similarity-order.ts";
import { ANY_IMAGE, REFERENCE_IMAGE, VectorIndex } from "#similarity/vector-index.ts";

export interface IndexedImagesOptions {
  readonly searcher: Searcher;
  /** Encodes what is not kept yet. */
  readonly encoder: Searcher;
  /** Folder in which that is kept which makes queries quick. */
  readonly encoded: string;
  readonly metric: Metric;
  /** Vectors are kept in memory where they take at most so many bytes, else read when they are needed. */
  readonly maxVectorBytes: number;
  /** Whose vectors may be taken over where they are the same. */
  readonly earlier?: IndexedImages | undefined;
  readonly progress: Progress;
}

/** One state of an index, ready to be asked. */
export class IndexedImages {
  readonly rows: ImageRows;
  readonly facts: IndexFacts;
  /** In ascending order of their UTF-8 bytes: an image's place is its rank. */
  readonly objectIds: readonly string[];
  readonly #order: RowOrder;
  readonly #index: VectorIndex;
  #idOfContent: ReadonlyMap<string, string> | undefined;
  /** By the key of their shard. */
  readonly inMemory: ReadonlyMap<string, ImageVectors>;

  private constructor(
    rows: ImageRows,
    { metric }: IndexedImagesOptions,
    { order, index, inMemory }: { order: RowOrder; index: VectorIndex; inMemory: ReadonlyMap<string, ImageVectors> },
  ) {
    this.rows = rows;
    this.#order = order;
    this.#index = index;
    this.inMemory = inMemory;
    this.objectIds = Array.from(order.rowOfRank, (row) => (rows.images[row] as IndexedImage).objectId);
    const { generation, dim, modelName } = rows;
    const counts = { images: this.objectIds.length, vectors: index.vectorCount };
    this.facts = { generation, ...counts, dim, metric, model: modelName };
  }

  /** Reads what questions need, and makes what of it is not kept yet. */
  static async open(rows: ImageRows, options: IndexedImagesOptions): Promise<IndexedImages> {
    const { searcher, encoder, metric, progress } = options;
    const order = rowOrderOf(rows.images.map((image) => image?.objectId));
    const known = fitsIntoMemory(rows, options) ? (options.earlier?.inMemory ?? new Map()) : undefined;
    const kept = new EncodedRowsFolder(options.encoded);
    const ready = await readyShards(rows, { encoder, kept, metric, inMemory: known, progress });
    const isReference = (rank: number) => rows.images[order.rowOfRank[rank]]?.isReference ?? false;
    const { dim } = rows;
    const { shards } = ready;
    const index = await VectorIndex.open({ searcher, fitted: ready.fitted, dim, shards, order, isReference });
    const held = shards.flatMap(({ shard, vectors }) => (vectors ? [[shard.key, vectors] as const] : []));
    return new IndexedImages(rows, options, { order, index, inMemory: new Map(held) });
  }

  find(objectId: string): IndexedImage | undefined {
    const rank = rankOf(this.objectIds, objectId);
    return rank === undefined ? undefined : this.rows.images[this.#order.rowOfRank[rank]];
  }

  /** The image whose file has this content; undefined where there is none. */
  findContent(sha256: string): string | undefined {
    this.#idOfContent ??= new Map(this.rows.images.flatMap((image) => (image ? [[image.sha256, image.objectId]] : [])));
    return this.#idOfContent.get(sha256);
  }

  /** All vectors of an image; undefined for an id that there is not. */
  vectorsOf(objectId: string): QueryVectors | undefined {
    const rank = rankOf(this.objectIds, objectId);
    return rank === undefined ? undefined : this.#index.vectorsOf(rank);
  }

  /** The images nearest to some vectors of one image, equally near ones in the order of their ids. */
  async nearest(queries: QueryVectors, { limit, referenceOnly = false }: SimilarityQuery): Promise<SimilarImage[]> {
    const kind = referenceOnly ? REFERENCE_IMAGE : ANY_IMAGE;
    const { images, distances } = await this.#index.nearest(queries, { count: limit, kind });
    return Array.from(images.subarray(0, limit), (rank, i) => ({
      objectId: this.objectIds[rank],
      distance: distances[i],
    }));
  }

  close(): Promise<void> {
    return this.#index.close();
  }
}

function fitsIntoMemory({ shards, dim, views }: ImageRows, { maxVectorBytes }: IndexedImagesOptions): boolean {
  const rows = shards.reduce((sum, { part }) => sum + part.rowCount, 0);
  return rows * (1 + views) * dim * Float32Array.BYTES_PER_ELEMENT <= maxVectorBytes;
}
