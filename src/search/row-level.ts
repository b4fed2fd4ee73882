import { functionsOf } from "#base/web-assembly.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { FittedLevel } from "#search/fit-row-index.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { type QuantisedQuery, quantiseQuery } from "#search/quantise-query.ts";
import type { RowIndexMemory } from "#search/row-index-memory.ts";
import { type RowSketches, sketchRows, turningOf } from "#search/sketch.ts";

/** The functions of row-scan.wat, which says what each takes and gives. */
interface Functions {
  lower_bounds(
    rows: number,
    bytes: number,
    squares: number,
    slacks: number,
    query: number,
    first: number,
    end: number,
    querySquare: number,
    perSquare: number,
    perDot: number,
    slack: number,
    listed: number,
    further: number,
    out: number,
  ): number;
  rows_within(bounds: number, first: number, end: number, limit: number, near: number): number;
}

/** Vectors of one image, float32, shape (rowCount, dim). */
export interface QueryVectors extends FeatureMatrix {
  /** Which rows of the index they are, shape (rowCount,), where they are some. */
  readonly rows?: Uint32Array;
}

/** Consecutive rows that one thread looks at; `first` is a multiple of ROWS_AT_ONCE. */
export interface IndexPart {
  readonly number: number;
  readonly first: number;
  readonly end: number;
}

/** Queries that are rows of the index: their byte numbers are there already, though less exact than those of a query. */
interface KnownQueries {
  readonly known: Uint32Array;
  readonly rowCount: number;
}

/** Queries as sketches of a level's width. */
interface SketchedQueries extends RowSketches {
  /** How far the vectors that were sketched may be from those that are meant, in scaled units. */
  readonly error: number;
}

export type LevelQueries = KnownQueries | SketchedQueries;

/** Byte numbers of all rows at one width, and lower bounds of the distance of each to the closest of some queries. */
export class RowLevel {
  readonly #memory: RowIndexMemory;
  readonly #fitted: FittedLevel;
  readonly #functions: Functions;
  readonly #turning: Float32Array | undefined;
  /** Of the latest queries, in scaled units, shape (rows,). */
  readonly bounds: Float32Array;

  constructor(memory: RowIndexMemory, fitted: FittedLevel) {
    this.#memory = memory;
    this.#fitted = fitted;
    this.#functions = functionsOf(new URL("./row-scan.wasm", import.meta.url), {
      index: { memory: memory.memory },
    }) as Functions;
    this.#turning = turningOf(fitted.rotation);
    this.bounds = new Float32Array(memory.memory.buffer, memory.bounds, memory.rowCount);
  }

  /**
   * Queries as this level takes them.
   *
   * @param error how far each may be from the vector that is meant, plain L2
   */
  async prepared(product: MatrixProduct, queries: QueryVectors, error: number): Promise<LevelQueries> {
    const { rotation } = this.#fitted;
    if (queries.rows) return { known: queries.rows, rowCount: queries.rows.length };
    return { ...(await sketchRows(product, queries, rotation, this.#turning)), error: error * rotation.scale };
  }

  /** Computes the bounds of all rows of a part. */
  measure({ number, first, end }: IndexPart, queries: LevelQueries): void {
    for (let i = 0; i < queries.rowCount; i++)
      this.#lowerBounds(number, [first, end], this.#quantised(queries, i, number), i, 0, this.#memory.bounds);
  }

  /** The bounds of some rows of a part, shape (rows,); they overwrite those of the part. */
  boundsOf(rows: Uint32Array, { number, first }: IndexPart, queries: LevelQueries): Float32Array {
    const { memory, near, bounds } = this.#memory;
    const [listed, out] = [near + 4 * first, bounds + 4 * first];
    new Uint32Array(memory.buffer, listed, rows.length).set(rows);
    for (let i = 0; i < queries.rowCount; i++)
      this.#lowerBounds(number, [0, rows.length], this.#quantised(queries, i, number), i, listed, out);
    return new Float32Array(memory.buffer, out, rows.length);
  }

  /** The rows of a part whose bound is at most `limit`, in scaled units. */
  within({ first, end }: IndexPart, limit: number): Uint32Array {
    const { memory, bounds, near } = this.#memory;
    const found = this.#functions.rows_within(bounds, first, end, limit, near + 4 * first);
    // the last four may reach beyond the end
    return new Uint32Array(memory.buffer, near + 4 * first, found).filter((row) => row < end);
  }

  /** Writes the numbers of a query for a part. */
  #quantised(queries: LevelQueries, query: number, part: number): QuantisedQuery {
    const { memory, bytes } = this.#memory;
    const target = new Int16Array(memory.buffer, this.#queryOf(part), bytes);
    if ("known" in queries) return this.#numbersOf(queries.known[query], target);
    const { values, slacks, width, error } = queries;
    const sketch = values.subarray(query * (width + 1), (query + 1) * (width + 1));
    return quantiseQuery(sketch, slacks[query] + error, this.#fitted.quantiser, target);
  }

  /** Writes those of a row. */
  #numbersOf(row: number, target: Int16Array): QuantisedQuery {
    const { memory, bytes, rows, squares, slacks } = this.#memory;
    target.set(new Int8Array(memory.buffer, rows + row * bytes, bytes));
    const square = new Int32Array(memory.buffer, squares + 4 * row, 1)[0];
    const slack = new Float32Array(memory.buffer, slacks + 4 * row, 1)[0];
    const step = this.#fitted.quantiser.step ** 2;
    return { square: step * square, perSquare: step, perDot: 2 * step, slack };
  }

  #lowerBounds(
    part: number,
    [first, end]: readonly [number, number],
    { square, perSquare, perDot, slack }: QuantisedQuery,
    further: number,
    listed: number,
    out: number,
  ): void {
    const { rows, bytes, squares, slacks } = this.#memory;
    const own = this.#queryOf(part);
    const compute = this.#functions.lower_bounds;
    compute(rows, bytes, squares, slacks, own, first, end, square, perSquare, perDot, slack, listed, further, out);
  }

  #queryOf(part: number): number {
    return this.#memory.queries + 2 * this.#memory.bytes * part;
  }
}
