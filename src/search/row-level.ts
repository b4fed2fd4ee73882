import { functionsOf } from "#base/web-assembly.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { FLOAT32_UNIT } from "#search/error-bound.ts";
import type { FittedLevel } from "#search/fit-row-index.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { quantiseRow, squareOf } from "#search/quantise.ts";
import { type QuantisedQuery, quantiseQuery } from "#search/quantise-query.ts";
import type { RowIndexMemory } from "#search/row-index-memory.ts";
import { sketchRows, turningOf } from "#search/sketch.ts";

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
    out: number,
  ): void;
  rows_within(bounds: number, first: number, end: number, limit: number, near: number): number;
}

/** Consecutive rows that one thread looks at; `first` is a multiple of ROWS_AT_ONCE. */
export interface IndexPart {
  readonly number: number;
  readonly first: number;
  readonly end: number;
}

/** Byte numbers of all rows at one width, and lower bounds of the distance of each to a query. */
export class RowLevel {
  readonly #memory: RowIndexMemory;
  readonly #fitted: FittedLevel;
  readonly #functions: Functions;
  readonly #turning: Float32Array | undefined;
  /** Of the latest query, in scaled units, shape (rows,). */
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

  /** Writes the byte numbers of rows: `firstRow` is the number of the first. */
  async add(product: MatrixProduct, features: FeatureMatrix, firstRow: number): Promise<void> {
    const { rotation, quantiser } = this.#fitted;
    const { memory, bytes, rows, squares, slacks, rowCount } = this.#memory;
    const sketches = await sketchRows(product, features, rotation, this.#turning);
    const { numbers } = quantiser;
    const mixed = new Float64Array(numbers);
    const squareOfRow = new Int32Array(memory.buffer, squares, rowCount);
    const slackOfRow = new Float32Array(memory.buffer, slacks, rowCount);
    for (let row = 0; row < features.rowCount; row++) {
      const target = new Int8Array(memory.buffer, rows + (firstRow + row) * bytes, numbers);
      const sketch = sketches.values.subarray(row * numbers, (row + 1) * numbers);
      const slack = sketches.slacks[row] + quantiseRow(sketch, quantiser, target, mixed);
      squareOfRow[firstRow + row] = squareOf(target);
      // a row too long for float32 is always looked at
      slackOfRow[firstRow + row] = Number.isFinite(slack) ? slack * (1 + 2 * FLOAT32_UNIT) : Number.POSITIVE_INFINITY;
    }
  }

  /** Writes the numbers of a query for a part. */
  async quantised(product: MatrixProduct, query: Float32Array, { number }: IndexPart): Promise<QuantisedQuery> {
    const { rotation, quantiser } = this.#fitted;
    const { memory, bytes } = this.#memory;
    const matrix = { values: query, rowCount: 1, dim: rotation.dim };
    const { values, slacks } = await sketchRows(product, matrix, rotation, this.#turning);
    return quantiseQuery(values, slacks[0], quantiser, new Int16Array(memory.buffer, this.#queryOf(number), bytes));
  }

  /** Computes the bounds of all rows of a part. */
  measure({ number, first, end }: IndexPart, query: QuantisedQuery): void {
    this.#lowerBounds(number, first, end, query, 0, this.#memory.bounds);
  }

  /** The bounds of some rows of a part, shape (rows,); they overwrite those of the part. */
  boundsOf(rows: Uint32Array, { number, first }: IndexPart, query: QuantisedQuery): Float32Array {
    const { memory, near, bounds } = this.#memory;
    const [listed, out] = [near + 4 * first, bounds + 4 * first];
    new Uint32Array(memory.buffer, listed, rows.length).set(rows);
    this.#lowerBounds(number, 0, rows.length, query, listed, out);
    return new Float32Array(memory.buffer, out, rows.length);
  }

  /** The rows of a part whose bound is at most `limit`, in scaled units. */
  within({ first, end }: IndexPart, limit: number): Uint32Array {
    const { memory, bounds, near } = this.#memory;
    const found = this.#functions.rows_within(bounds, first, end, limit, near + 4 * first);
    // the last four may reach beyond the end
    return new Uint32Array(memory.buffer, near + 4 * first, found).filter((row) => row < end);
  }

  #lowerBounds(part: number, first: number, end: number, query: QuantisedQuery, listed: number, out: number): void {
    const { rows, bytes, squares, slacks } = this.#memory;
    const { square, perSquare, perDot, slack } = query;
    const own = this.#queryOf(part);
    const compute = this.#functions.lower_bounds;
    compute(rows, bytes, squares, slacks, own, first, end, square, perSquare, perDot, slack, listed, out);
  }

  #queryOf(part: number): number {
    return this.#memory.queries + 2 * this.#memory.bytes * part;
  }
}
