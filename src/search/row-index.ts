import { collectGarbage } from "#base/collect-garbage.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { WorkerPool } from "#base/worker-pool.ts";
import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";
import type { RowDistances } from "#search/row-distances.ts";
import { ROWS_AT_ONCE, rowIndexMemory } from "#search/row-index-memory.ts";
import type { IndexPart } from "#search/row-level.ts";
import type { SearchHandlers } from "#search/search-worker.ts";

export interface RowIndexOptions {
  readonly rowCount: number;
  readonly dim: number;
  /** The rows, in order, in shared memory. */
  readonly shards: AsyncIterable<FeatureMatrix> | Iterable<FeatureMatrix>;
  /** Chosen rows, in shared memory. */
  readonly readRows: (rows: Uint32Array) => Promise<FeatureMatrix>;
  /** Whole rows are kept too where they fit into so many bytes; others are read when they are needed. */
  readonly maxFeatureBytes: number;
  /** Nearest rows that queries will ask for: the index is made for about so many, and answers any number. */
  readonly count?: number;
  /** Fewer rows are kept as they are: fitting a rotation would take longer. */
  readonly fitFromRows?: number;
}

const SAMPLE_ROWS = 4096;
const FIT_FROM_ROWS = 4000;

/** Memory of shards that were taken in is only free again when the garbage was collected, which Node.js leaves for later. */
const COLLECT_EVERY = 8;

/** How many indexes were made in this process: threads know them by number. */
let indexes = 0;

/**
 * Answers which rows are nearest to a vector, exactly: byte numbers of all rows, kept in memory, give each row a lower bound of its distance,
 * and only rows whose bound does not pass the last of the nearest are measured.
 */
export class RowIndex {
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #options: RowIndexOptions;
  readonly #index: number;
  readonly #parts: readonly IndexPart[];
  readonly #features: FeatureMatrix | undefined;
  /** Queries share the memory of bounds, so they come one after the other; each keeps all threads busy. */
  #latest: Promise<unknown> = Promise.resolve();

  private constructor(
    pool: WorkerPool<SearchHandlers>,
    options: RowIndexOptions,
    index: number,
    features: FeatureMatrix | undefined,
  ) {
    this.#pool = pool;
    this.#options = options;
    this.#index = index;
    this.#features = features;
    this.#parts = partsOf(options.rowCount, pool.size);
  }

  /** Reads all rows once. */
  static async open(pool: WorkerPool<SearchHandlers>, options: RowIndexOptions): Promise<RowIndex> {
    const { rowCount, dim, shards, readRows, maxFeatureBytes, count = 100, fitFromRows = FIT_FROM_ROWS } = options;
    const index = indexes++;
    const kept = rowCount * dim * Float32Array.BYTES_PER_ELEMENT <= maxFeatureBytes;
    const features = kept ? sharedMatrix(rowCount, dim) : undefined;
    if (rowCount > 0) {
      const sample = await readRows(spread(rowCount, SAMPLE_ROWS));
      const fitted = await pool.call("fitRows", { sample, rowCount, count, plain: rowCount < fitFromRows });
      const memory = fitted.levels.map(({ quantiser }) => rowIndexMemory(rowCount, quantiser.numbers, pool.size));
      await pool.callAll("openRows", { index, memory, fitted });
    }
    const adding: Promise<void>[] = [];
    let [firstRow, taken] = [0, 0];
    for await (const shard of shards) {
      features?.values.set(shard.values.subarray(0, shard.rowCount * dim), firstRow * dim);
      adding.push(pool.call("addRows", { index, features: shard, firstRow }));
      firstRow += shard.rowCount;
      if (adding.length > 2 * pool.size) await adding.shift();
      if (++taken % COLLECT_EVERY === 0) collectGarbage();
    }
    await Promise.all(adding);
    if (firstRow !== rowCount) throw new Error(`Expected shards of ${rowCount} rows in all, found ${firstRow}`);
    return new RowIndex(pool, options, index, features);
  }

  /**
   * The nearest rows to a vector, nearest first, equal distances by row; more than `count` where the last ones are equally near.
   *
   * @param query float32, shape (dim,)
   * @throws PipelineError `input` when the query is of another dim or not finite
   */
  nearest(query: Float32Array, count: number): Promise<RowDistances> {
    const answer = this.#latest.then(() => this.#nearest(query, count));
    this.#latest = answer.catch(() => undefined);
    return answer;
  }

  /** Frees the memory of the threads. */
  async close(): Promise<void> {
    await this.#pool.callAll("closeRows", { index: this.#index });
  }

  async #nearest(query: Float32Array, count: number): Promise<RowDistances> {
    refuseOtherQuery(query, this.#options.dim);
    const wanted = Math.min(count, this.#options.rowCount);
    if (wanted === 0) return { rows: new Uint32Array(0), distances: new Float64Array(0) };
    const some = await this.#onAllParts(query, Number.POSITIVE_INFINITY, (part) =>
      this.#pool.call("nearRows", { ...this.#shared, query, part, count: 2 * wanted }),
    );
    // no row farther than the last of these can be among the nearest
    const limit = some.distances[wanted - 1];
    const { rows, distances } = await this.#onAllParts(query, limit, (part) =>
      this.#pool.call("rowsWithin", { ...this.#shared, query, part, limit }),
    );
    const kept = countWithin(distances, distances[wanted - 1]);
    return { rows: rows.subarray(0, kept), distances: distances.subarray(0, kept) };
  }

  get #shared() {
    return { index: this.#index, features: this.#features };
  }

  /** The rows that each part finds, measured, nearest first. */
  async #onAllParts(query: Float32Array, limit: number, find: (part: IndexPart) => Promise<RowDistances>) {
    const found = await Promise.all(
      this.#parts.map(async (part) => {
        const { rows, distances } = await find(part);
        return this.#features ? { rows, distances } : this.#fetched(query, rows, limit);
      }),
    );
    return nearestFirst(found);
  }

  /** Measures rows that are not kept in memory. */
  async #fetched(query: Float32Array, rows: Uint32Array, limit: number): Promise<RowDistances> {
    const features = await this.#options.readRows(rows);
    const own = Uint32Array.from(rows.keys());
    const within = await this.#pool.call("distances", { query, features, rows: own, limit });
    return { rows: within.rows.map((i) => rows[i]), distances: within.distances };
  }
}

/** Parts of about equal size, one a thread. */
function partsOf(rowCount: number, count: number): IndexPart[] {
  const size = Math.ceil(rowCount / count / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  return Array.from({ length: count }, (_, number) => {
    return { number, first: Math.min(number * size, rowCount), end: Math.min((number + 1) * size, rowCount) };
  }).filter(({ first, end }) => first < end);
}

function spread(rowCount: number, count: number): Uint32Array {
  const sampled = Math.min(rowCount, count);
  return Uint32Array.from({ length: sampled }, (_, i) => Math.floor((i * rowCount) / sampled));
}

function nearestFirst(parts: readonly RowDistances[]): RowDistances {
  const rows = parts.flatMap((part) => [...part.rows]);
  const distances = parts.flatMap((part) => [...part.distances]);
  const order = rows.map((_, i) => i).sort((a, b) => distances[a] - distances[b] || rows[a] - rows[b]);
  return {
    rows: Uint32Array.from(order, (i) => rows[i]),
    distances: Float64Array.from(order, (i) => distances[i]),
  };
}

/** How many of the ascending distances are at most the limit. */
function countWithin(distances: Float64Array, limit: number): number {
  let count = 0;
  while (count < distances.length && distances[count] <= limit) count++;
  return count;
}

function refuseOtherQuery(query: Float32Array, dim: number): void {
  if (query.length !== dim) {
    throw new PipelineError("input", `Cannot search: found a query of ${query.length} numbers, expected ${dim}`);
  }
  const wrong = query.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new PipelineError(
      "input",
      `Cannot search: found ${query[wrong]} as number ${wrong} of the query, expected finite numbers`,
    );
  }
}
