import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { StoredEncoding } from "#artifacts/encoded-rows-folder.ts";
import type { ShardPart } from "#artifacts/shard-files.ts";
import { closeAll } from "#base/close-all.ts";
import { sharedMatrix } from "#data/feature-matrix.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import type { RowOrder } from "#data/row-order.ts";
import type { FittedRowIndex } from "#search/fit-row-index.ts";
import type { NearestToQuery, RowIndex, RowQuery } from "#search/row-index.ts";
import type { QueryVectors } from "#search/row-level.ts";
import type { Searcher } from "#search/searcher.ts";
import { StoredRows, type StoredRowsPart } from "#search/stored-rows.ts";
import type { ShardRows } from "#similarity/image-rows.ts";

/** Bits of a row: its image is there; it is a reference. */
export const ANY_IMAGE = 1;
export const REFERENCE_IMAGE = 2;

/** A shard that is ready to be asked. */
export interface ReadyShard {
  readonly shard: ShardRows;
  readonly encoding: StoredEncoding;
  /** Its vectors, where they are kept in memory. */
  readonly vectors: ImageVectors | undefined;
}

export interface VectorIndexOptions {
  readonly searcher: Searcher;
  readonly fitted: FittedRowIndex;
  readonly dim: number;
  readonly shards: readonly ReadyShard[];
  readonly order: RowOrder;
  readonly isReference: (rank: number) => boolean;
}

/** Where the vectors of a shard lie among all. */
interface VectorRange {
  readonly firstVector: number;
  readonly firstRow: number;
  readonly rowCount: number;
  /** Row of each further vector, ascending. */
  readonly viewRows: Uint32Array;
}

/** All vectors of some images, of which the nearest to a query are found; images go by rank. */
export class VectorIndex {
  readonly vectorCount: number;
  readonly #index: RowIndex;
  readonly #stored: StoredRows;
  readonly #dim: number;
  readonly #ranges: readonly VectorRange[];
  readonly #order: RowOrder;
  readonly #files: readonly FileHandle[];

  private constructor(index: RowIndex, { dim, order }: VectorIndexOptions, layout: Layout) {
    this.#index = index;
    this.#dim = dim;
    this.#order = order;
    this.#stored = new StoredRows(layout.stored, dim);
    this.#ranges = layout.ranges;
    this.#files = layout.files;
    this.vectorCount = layout.owners.length;
  }

  static async open(options: VectorIndexOptions): Promise<VectorIndex> {
    const { searcher, fitted, shards } = options;
    const layout = await layOut(options);
    const encoded = shards.map(({ encoding }, i) => ({
      firstRow: layout.ranges[i].firstVector,
      levels: encoding.levels,
    }));
    try {
      return new VectorIndex(await searcher.rowIndex({ fitted, encoded, ...layout }), options, layout);
    } catch (error) {
      await closeFiles(layout.files);
      throw error;
    }
  }

  /** See `RowIndex.nearest`; images by rank. */
  nearest(queries: QueryVectors, query: RowQuery): Promise<NearestToQuery> {
    return this.#index.nearest(queries, query);
  }

  /** All vectors of an image. */
  vectorsOf(rank: number): QueryVectors {
    const row = this.#order.rowOfRank[rank];
    const range = this.#ranges.findLast(({ firstRow }) => firstRow <= row) as VectorRange;
    const { firstVector, firstRow, rowCount, viewRows } = range;
    const vectors = [firstVector + row - firstRow];
    for (let i = lowerBound(viewRows, row); viewRows[i] === row; i++) vectors.push(firstVector + rowCount + i);
    const matrix = sharedMatrix(vectors.length, this.#dim);
    for (const [i, vector] of vectors.entries())
      this.#stored.copy(vector, matrix.values.subarray(i * this.#dim, (i + 1) * this.#dim));
    return { ...matrix, rows: Uint32Array.from(vectors) };
  }

  close(): Promise<void> {
    return closeAll(
      () => this.#index.close(),
      () => closeFiles(this.#files),
    );
  }
}

interface Layout {
  readonly stored: readonly StoredRowsPart[];
  readonly ranges: readonly VectorRange[];
  /** Rank of the image of each vector, shape (vectors,). */
  readonly owners: Uint32Array;
  readonly kinds: Uint8Array;
  readonly files: readonly FileHandle[];
}

async function layOut({ shards, order, isReference, dim }: VectorIndexOptions): Promise<Layout> {
  const stored: StoredRowsPart[] = [];
  const files: FileHandle[] = [];
  const ranges: VectorRange[] = [];
  let vectorCount = 0;
  for (const { shard, encoding, vectors } of shards) {
    const { part } = shard;
    const { rowCount, firstRow } = part;
    const perImage = part.views?.perImage ?? 1;
    const viewRows = encoding.views.map((view) => firstRow + Math.floor(view / perImage));
    ranges.push({ firstVector: vectorCount, firstRow, rowCount, viewRows });
    const first = vectorCount;
    vectorCount += rowCount + viewRows.length;
    if (vectors) stored.push({ first, rowCount: rowCount + viewRows.length, rows: vectors.matrix });
    else stored.push(...(await openPart(part, encoding.views, { first, dim, files }).catch(closingFirst(files))));
  }
  return { stored, ranges, files, ...ownersOf(ranges, vectorCount, { order, isReference }) };
}

function ownersOf(
  ranges: readonly VectorRange[],
  vectorCount: number,
  { order, isReference }: Pick<VectorIndexOptions, "order" | "isReference">,
): Pick<Layout, "owners" | "kinds"> {
  const owners = new Uint32Array(vectorCount);
  const kinds = new Uint8Array(new SharedArrayBuffer(vectorCount));
  for (const { firstVector, firstRow, rowCount, viewRows } of ranges) {
    for (let i = 0; i < rowCount + viewRows.length; i++) {
      const rank = order.rankOfRow[i < rowCount ? firstRow + i : viewRows[i - rowCount]];
      owners[firstVector + i] = rank;
      const isThere = rank < order.rowOfRank.length;
      if (isThere) kinds[firstVector + i] = isReference(rank) ? ANY_IMAGE | REFERENCE_IMAGE : ANY_IMAGE;
    }
  }
  return { owners, kinds };
}

async function openPart(
  { file, dataOffset, firstRowInFile, rowCount, views }: ShardPart,
  places: Uint32Array,
  { first, dim, files }: { first: number; dim: number; files: FileHandle[] },
): Promise<StoredRowsPart[]> {
  const rowBytes = dim * Float32Array.BYTES_PER_ELEMENT;
  const features = await open(file, "r");
  files.push(features);
  const own = { descriptor: features.fd, offset: dataOffset + firstRowInFile * rowBytes };
  const parts: StoredRowsPart[] = [{ first, rowCount, rows: own }];
  if (!views || places.length === 0) return parts;
  const further = await open(views.file, "r");
  files.push(further);
  const offset = views.dataOffset + firstRowInFile * views.perImage * rowBytes;
  parts.push({ first: first + rowCount, rowCount: places.length, rows: { descriptor: further.fd, offset, places } });
  return parts;
}

function closingFirst(files: readonly FileHandle[]): (error: unknown) => Promise<never> {
  return async (error) => {
    await closeFiles(files);
    throw error;
  };
}

function closeFiles(files: readonly FileHandle[]): Promise<void> {
  return closeAll(...files.map((file) => () => file.close()));
}

/** Place of the first number that is at least so large; of ascending ones. */
function lowerBound(numbers: Uint32Array, least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
