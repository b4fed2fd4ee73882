import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { cosineDistance, type Metric } from "#data/metric.ts";
import { FLOAT32_UNIT, gamma, largestFloatSum, largestSquaredDistance } from "#search/error-bound.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";
import type { StoredRows } from "#search/stored-rows.ts";

/** Rows at their distances, side by side. */
export interface RowDistances {
  readonly rows: Uint32Array;
  /** float64, in the metric that was asked for. */
  readonly distances: Float64Array;
}

export interface MeasuredBy {
  readonly metric: Metric;
  /** Squared norms of all rows for cosines, shape (rows,), NaN until they are needed; threads may share it. */
  readonly squares: Float64Array | undefined;
}

const BATCH_ROWS = 256;

/** Products of longer vectors might be too large for float32. */
const LONGEST_PRODUCT = 2 ** 100;
/** What float32 loses of a product of small numbers, for each of its terms. */
const LOST_BELOW = 2 ** -125;

const NO_SQUARES = new Float64Array(0);

const look = new SecondLook();

/**
 * The distances of chosen rows to the closest of some queries, of those rows that are within the limit. Exact.
 *
 * @param queries float32, shape (queries, dim); @param limit inclusive
 */
export function distancesWithin(
  queries: FeatureMatrix,
  source: StoredRows,
  rows: Uint32Array,
  limit: number,
  { metric, squares }: MeasuredBy,
): RowDistances {
  const batch = new RowBatch(queries, { metric, squares });
  const found: { row: number; distance: number }[] = [];
  for (let first = 0; first < rows.length; first += BATCH_ROWS) {
    const some = rows.subarray(first, first + BATCH_ROWS);
    const closest = batch.closest(some, source, limit);
    for (const [i, row] of some.entries()) if (closest[i] <= limit) found.push({ row, distance: closest[i] });
  }
  return {
    rows: Uint32Array.from(found, ({ row }) => row),
    distances: Float64Array.from(found, ({ distance }) => distance),
  };
}

/** Some queries, and room for rows that are compared with them. */
class RowBatch {
  readonly #dim: number;
  readonly #stride: number;
  readonly #metric: Metric;
  readonly #squaresOfRows: Float64Array;
  /** Where each query lies. */
  readonly #queries: number[];
  /** Squared norm of each query, float64. */
  readonly #squares: number[];
  readonly #addresses: Uint32Array;
  readonly #near: Uint32Array;
  readonly #answers: Float64Array;
  readonly #leasts: Float32Array;
  readonly #rows: Float32Array;
  readonly #at: readonly number[];
  readonly #closest = new Float64Array(BATCH_ROWS);

  constructor({ values, rowCount, dim }: FeatureMatrix, { metric, squares = NO_SQUARES }: MeasuredBy) {
    this.#dim = dim;
    this.#metric = metric;
    this.#squaresOfRows = squares;
    this.#stride = filledUpVector(dim);
    const vector = 4 * this.#stride;
    const { buffer, addresses } = look.takeRoom([
      vector * rowCount,
      vector * BATCH_ROWS,
      4 * BATCH_ROWS,
      4 * BATCH_ROWS,
      8 * BATCH_ROWS,
      4 * BATCH_ROWS,
    ]);
    this.#at = addresses;
    const filled = new Float32Array(buffer, addresses[0], this.#stride * rowCount).fill(0);
    for (let i = 0; i < rowCount; i++) filled.set(values.subarray(i * dim, (i + 1) * dim), i * this.#stride);
    this.#rows = new Float32Array(buffer, addresses[1], BATCH_ROWS * this.#stride);
    for (let end = this.#stride; end <= this.#rows.length; end += this.#stride)
      this.#rows.fill(0, end - this.#stride + dim, end);
    this.#addresses = new Uint32Array(buffer, addresses[2], BATCH_ROWS);
    for (let i = 0; i < BATCH_ROWS; i++) this.#addresses[i] = addresses[1] + i * vector;
    this.#near = new Uint32Array(buffer, addresses[3], BATCH_ROWS);
    this.#answers = new Float64Array(buffer, addresses[4], BATCH_ROWS);
    this.#leasts = new Float32Array(buffer, addresses[5], BATCH_ROWS);
    this.#queries = Array.from({ length: rowCount }, (_, i) => addresses[0] + i * vector);
    this.#squares = this.#queries.map((address) => look.functions.dot(address, address, vector));
  }

  /** Of each row the distance to the closest query where that is within the limit; more than the limit else. Overwritten by the next call. */
  closest(rows: Uint32Array, source: StoredRows, limit: number): Float64Array {
    for (const [i, row] of rows.entries())
      source.copy(row, this.#rows.subarray(i * this.#stride, i * this.#stride + this.#dim));
    this.#closest.fill(Number.POSITIVE_INFINITY);
    if (this.#metric === "l2") this.#byLength(rows.length, limit);
    else this.#byAngle(rows, limit);
    return this.#closest;
  }

  #byLength(count: number, limit: number): void {
    const [, , addresses, near, squared] = this.#at;
    const nearLimit = Math.fround(largestFloatSum(this.#dim, largestSquaredDistance(this.#dim, limit)));
    for (const query of this.#queries) {
      const within = look.functions.near_rows(query, addresses, count, 4 * this.#stride, nearLimit, near, squared);
      for (let i = 0; i < within; i++) this.#offer(this.#near[i], Math.sqrt(this.#answers[i]));
    }
  }

  #byAngle(rows: Uint32Array, limit: number): void {
    const [, , addresses, near, dots, leasts] = this.#at;
    const bytes = 4 * this.#stride;
    const squares = Array.from(rows, (row, i) => this.#squareOf(row, this.#addresses[i]));
    for (const [q, query] of this.#queries.entries()) {
      for (const [i, square] of squares.entries())
        this.#leasts[i] = leastDot(Math.sqrt(square * this.#squares[q]), this.#dim, limit);
      const within = look.functions.near_dots(query, addresses, rows.length, bytes, leasts, near, dots);
      for (let i = 0; i < within; i++) {
        const row = this.#near[i];
        this.#offer(row, cosineDistance(this.#answers[i], squares[row], this.#squares[q]));
      }
    }
  }

  #squareOf(row: number, address: number): number {
    const known = this.#squaresOfRows[row];
    if (known >= 0) return known;
    const square = look.functions.dot(address, address, 4 * this.#stride);
    this.#squaresOfRows[row] = square;
    return square;
  }

  #offer(i: number, distance: number): void {
    if (distance < this.#closest[i]) this.#closest[i] = distance;
  }
}

/** A float32 product below this is one of vectors that are farther apart than the limit. */
function leastDot(norms: number, dim: number, limit: number): number {
  if (!(norms < LONGEST_PRODUCT) || limit === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  const least = (1 - limit) * norms - 2 * gamma(dim + 8) * norms - dim * LOST_BELOW;
  return least - 4 * FLOAT32_UNIT * Math.abs(least);
}
