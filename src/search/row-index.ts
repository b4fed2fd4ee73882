import { PipelineError } from "#base/pipeline-error.ts";
import type { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { EncodedLevel } from "#search/encoded-level.ts";
import type { FittedRowIndex } from "#search/fit-row-index.ts";
import type { RowDistances } from "#search/row-distances.ts";
import { putRows, ROWS_AT_ONCE, rowIndexMemory } from "#search/row-index-memory.ts";
import type { IndexPart, QueryVectors } from "#search/row-level.ts";
import type { SearchHandlers } from "#search/search-worker.ts";
import type { StoredRowsPart } from "#search/stored-rows.ts";

export interface RowIndexOptions {
  readonly fitted: FittedRowIndex;
  /** All rows as byte numbers of that fit, in any order; `firstRow` is the number of the first. */
  readonly encoded: AsyncIterable<EncodedRows> | Iterable<EncodedRows>;
  /** Where the rows themselves lie, in their order. */
  readonly stored: readonly StoredRowsPart[];
  /** The image that each row is a vector of, shape (rows,). */
  readonly owners: Uint32Array;
  /** Bits of each row, in shared memory, shape (rows,): queries name those that they want. */
  readonly kinds: Uint8Array;
}

interface EncodedRows {
  readonly firstRow: number;
  readonly levels: readonly EncodedLevel[];
}

/** Images at their distances, nearest first, equally near ones by their number. */
export interface NearestToQuery {
  readonly images: Uint32Array;
  /** float64. */
  readonly distances: Float64Array;
}

export interface RowQuery {
  /** Images wanted. */
  readonly count: number;
  /** Only rows that have one of these bits are looked at. */
  readonly kind: number;
}

/** Rows that are measured first, for each image that is wanted: their bounds do not tell exactly which are nearest. */
const FIRST_ROWS = 2;
/** Of each part so many at least: near rows may lie side by side. */
const LEAST_FIRST_ROWS = 16;
/** Where the vectors of too few images were among them, so many times more are looked at. */
const MORE_ROWS = 4;

/** How many indexes were made in this process: threads know them by number. */
let indexes = 0;

/**
 * Answers which images are nearest to a query, exactly: byte numbers of all rows, kept in memory, give each row a lower bound of its distance,
 * and only rows whose bound does not pass that of the last image wanted are measured.
 */
export class RowIndex {
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #index: number;
  readonly #dim: number;
  readonly #owners: Uint32Array;
  readonly #parts: readonly IndexPart[];
  /** Queries share the memory of bounds, so they come one after the other; each keeps all threads busy. */
  #latest: Promise<unknown> = Promise.resolve();

  private constructor(pool: WorkerPool<SearchHandlers>, { fitted, owners }: RowIndexOptions, index: number) {
    this.#pool = pool;
    this.#index = index;
    this.#owners = owners;
    this.#dim = fitted.levels[0].rotation.dim;
    this.#parts = partsOf(owners.length, pool.size);
  }

  static async open(pool: WorkerPool<SearchHandlers>, options: RowIndexOptions): Promise<RowIndex> {
    const { fitted, encoded, stored, owners, kinds } = options;
    const index = indexes++;
    const memory = fitted.levels.map(({ quantiser }) => rowIndexMemory(owners.length, quantiser.numbers, pool.size));
    let put = 0;
    for await (const { firstRow, levels } of encoded) {
      for (const [i, level] of levels.entries()) putRows(memory[i], level, firstRow);
      put += levels[0].squares.length;
    }
    if (put !== owners.length) throw new Error(`Expected ${owners.length} encoded rows, found ${put}`);
    const squares = fitted.metric === "cosine" ? unknownSquares(owners.length) : undefined;
    await pool.callAll("openRows", { index, shared: { fitted, memory, stored, kinds, squares } });
    return new RowIndex(pool, options, index);
  }

  /**
   * The images whose closest vectors are nearest to any of the queries; more than `count` where the last ones are equally near, fewer where
   * there are no more.
   *
   * @param queries one at least
   * @throws PipelineError `input` when a query is of another dim or not finite
   */
  nearest(queries: QueryVectors, query: RowQuery): Promise<NearestToQuery> {
    const answer = this.#latest.then(() => this.#nearest(queries, query));
    this.#latest = answer.catch(() => undefined);
    return answer;
  }

  /** Frees the memory of the threads. */
  async close(): Promise<void> {
    await this.#latest;
    await this.#pool.callAll("closeRows", { index: this.#index });
  }

  async #nearest(queries: QueryVectors, { count, kind }: RowQuery): Promise<NearestToQuery> {
    refuseOtherQuery(queries, this.#dim);
    const query = { index: this.#index, queries, kind };
    for (let asked = this.#firstRows(count); ; asked *= MORE_ROWS) {
      const first = await Promise.all(
        this.#parts.map((part) => this.#pool.call("nearRows", { ...query, part, count: asked })),
      );
      const images = this.#nearestImages(first);
      // every row there is was measured
      if (first.every(({ rows }) => rows.length < asked)) return upTo(images, count);
      if (images.images.length < count) continue;
      // no image farther than the last of these can be among the nearest
      const limit = images.distances[count - 1];
      const within = await Promise.all(
        this.#parts.map((part) => this.#pool.call("rowsWithin", { ...query, part, limit })),
      );
      return upTo(this.#nearestImages(within), count);
    }
  }

  #firstRows(count: number): number {
    return Math.max(LEAST_FIRST_ROWS, Math.ceil((FIRST_ROWS * count) / this.#parts.length));
  }

  #nearestImages(found: readonly RowDistances[]): NearestToQuery {
    const closest = new Map<number, number>();
    for (const { rows, distances } of found) {
      for (const [i, row] of rows.entries()) {
        const image = this.#owners[row];
        if (distances[i] < (closest.get(image) ?? Number.POSITIVE_INFINITY)) closest.set(image, distances[i]);
      }
    }
    const order = [...closest].sort(([a, near], [b, far]) => near - far || a - b);
    return {
      images: Uint32Array.from(order, ([image]) => image),
      distances: Float64Array.from(order, ([, distance]) => distance),
    };
  }
}

function unknownSquares(rowCount: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(rowCount * Float64Array.BYTES_PER_ELEMENT)).fill(Number.NaN);
}

/** Parts of about equal size, one a thread. */
function partsOf(rowCount: number, count: number): IndexPart[] {
  const size = Math.ceil(rowCount / count / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  return Array.from({ length: count }, (_, number) => {
    return { number, first: Math.min(number * size, rowCount), end: Math.min((number + 1) * size, rowCount) };
  }).filter(({ first, end }) => first < end);
}

/** The first `count`, and those as near as the last of them. */
function upTo({ images, distances }: NearestToQuery, count: number): NearestToQuery {
  let kept = Math.min(count, images.length);
  while (kept > 0 && kept < images.length && distances[kept] === distances[kept - 1]) kept++;
  return { images: images.subarray(0, kept), distances: distances.subarray(0, kept) };
}

function refuseOtherQuery({ values, dim }: FeatureMatrix, expected: number): void {
  if (dim !== expected) {
    throw new PipelineError("input", `Cannot search: found a query of ${dim} numbers, expected ${expected}`);
  }
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new PipelineError(
      "input",
      `Cannot search: found ${values[wrong]} as number ${wrong % dim} of the query, expected finite numbers`,
    );
  }
}
