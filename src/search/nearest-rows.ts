import { type FeatureMatrix, squaredDistance } from "#data/feature-matrix.ts";
import { largestSquaredDistance, productError } from "#search/error-bound.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { scaleFor, squaredNorms } from "#search/row-scale.ts";

const BLOCK_ROWS = 256;
const BASE_ROWS = 1024;

/** With so few base rows, distances are computed at once. */
const FEW_BASE_ROWS = 2;

/** Rows whose longest is no longer than this and no shorter than its inverse are multiplied as they are. */
const UNSCALED_NORM = 2 ** 18;

/** The nearest base row of each query: equal distances go to the smaller row. */
export interface NearestRows {
  /** Shape (queries,). */
  readonly row: Uint32Array;
  /** Plain L2, float64, shape (queries,). */
  readonly distance: Float64Array;
}

/** Rows of a matrix. */
export interface SomeRows {
  readonly features: FeatureMatrix;
  readonly rows: Uint32Array;
  /** Squared norms of all rows of the matrix, where they are at hand. */
  readonly squares?: Float64Array;
}

/**
 * Finds the nearest of the base rows for every query row. Exact: the product only says which base rows can be the nearest, by the
 * bound of `productError`; those are computed in float64.
 *
 * @param base at least one row
 * @param known plain L2, shape (queries,): where nothing is nearer than that, the answer may be any row and Infinity
 */
export async function nearestRows(
  product: MatrixProduct,
  queries: SomeRows,
  base: FeatureMatrix,
  known?: Float64Array,
): Promise<NearestRows> {
  const count = queries.rows.length;
  const found: NearestRows = { row: new Uint32Array(count), distance: new Float64Array(count) };
  if (base.rowCount <= FEW_BASE_ROWS) {
    const all = [...Array(base.rowCount).keys()];
    for (let i = 0; i < count; i++) decide(queries, base, i, all, found);
    return found;
  }
  const { squares: all, features, rows } = queries;
  const squares = all ? Float64Array.from(rows, (row) => all[row]) : squaredNorms(features, rows);
  const right = scaledBase(base, squares);
  const room = new Float32Array(Math.min(count, BLOCK_ROWS) * base.dim);
  for (let first = 0; first < count; first += BLOCK_ROWS) {
    const block = new QueryBlock(queries, { squares, first, base: right, room });
    for (let column = 0; column < base.rowCount; column += BASE_ROWS) await block.offer(product, column);
    for (let i = 0; i < block.rowCount; i++) {
      const isFarther = known !== undefined && block.isFarther(i, known[first + i]);
      if (isFarther) found.distance[first + i] = Number.POSITIVE_INFINITY;
      else decide(queries, base, first + i, block.columns(i), found);
    }
  }
  return found;
}

/** Base rows in memory of their own, which ONNX Runtime may read. */
interface ScaledBase {
  readonly values: Float32Array;
  readonly dim: number;
  /** Shape (rows,). */
  readonly squares: Float64Array;
  readonly longest: number;
  /** What rows were multiplied by: a power of two that brings the longest into float32's better half. */
  readonly scale: number;
}

/** @param others squared norms of what it is to be multiplied with */
function scaledBase({ values, dim, rowCount }: FeatureMatrix, others: Float64Array): ScaledBase {
  const squares = squaredNorms({ values, dim, rowCount });
  const longest = Math.sqrt(largest(squares));
  const longestOfAll = Math.max(longest, Math.sqrt(largest(others)));
  const isUsual = longestOfAll <= UNSCALED_NORM && longestOfAll >= 1 / UNSCALED_NORM;
  const scale = isUsual ? 1 : scaleFor(longestOfAll);
  const own = new Float32Array(values);
  if (scale !== 1) for (let i = 0; i < own.length; i++) own[i] *= scale;
  return { values: own, squares: squares.map((square) => square * scale ** 2), dim, longest: longest * scale, scale };
}

function largest(squares: Float64Array): number {
  return squares.reduce((most, square) => Math.max(most, square), 0);
}

interface BlockOptions {
  /** Squared norm of each query, shape (queries,). */
  readonly squares: Float64Array;
  /** Of the block. */
  readonly first: number;
  readonly base: ScaledBase;
  /** For the values of a block, one at a time. */
  readonly room: Float32Array;
}

/** Some queries, and which base rows may be nearest to each. */
class QueryBlock {
  readonly rowCount: number;
  readonly #base: ScaledBase;
  readonly #values: Float32Array;
  readonly #squares: Float64Array;
  /** How far what is known of a row may be off, shape (rows,). */
  readonly #error: Float64Array;
  /** Smallest |y|² − 2x·y so far, shape (rows,). */
  readonly #smallest: Float64Array;
  readonly #kept: { readonly column: number; readonly value: number }[][];

  constructor({ features, rows }: SomeRows, { squares, first, base, room }: BlockOptions) {
    const { dim, scale } = base;
    this.#base = base;
    this.#squares = squares.subarray(first, first + BLOCK_ROWS).map((square) => square * scale ** 2);
    this.rowCount = this.#squares.length;
    this.#values = room.subarray(0, this.rowCount * dim);
    for (let i = 0; i < this.rowCount; i++) {
      const row = rows[first + i];
      this.#values.set(features.values.subarray(row * dim, (row + 1) * dim), i * dim);
    }
    if (scale !== 1) for (let i = 0; i < this.#values.length; i++) this.#values[i] *= scale;
    this.#error = this.#squares.map((square) => productError(dim, Math.sqrt(square), base.longest));
    this.#smallest = new Float64Array(this.rowCount).fill(Number.POSITIVE_INFINITY);
    this.#kept = Array.from({ length: this.rowCount }, () => []);
  }

  /** Compares the queries with base rows from one on. */
  async offer(product: MatrixProduct, firstColumn: number): Promise<void> {
    const { values, dim, squares } = this.#base;
    const end = Math.min(firstColumn + BASE_ROWS, squares.length);
    const products = await product.multiply(this.#values, values.subarray(firstColumn * dim, end * dim), dim);
    const columns = end - firstColumn;
    const right = squares.subarray(firstColumn, end);
    for (let i = 0; i < this.rowCount; i++)
      this.#keep(i, products.subarray(i * columns, (i + 1) * columns), right, firstColumn);
  }

  /** Whether every base row is farther than that; plain L2. */
  isFarther(i: number, known: number): boolean {
    const { scale, dim } = this.#base;
    // the norm was rounded too
    const smallest = this.#squares[i] * (1 - 2 ** -36) + this.#smallest[i] - this.#error[i];
    return smallest > largestSquaredDistance(dim, known * scale);
  }

  /** The base rows that may be the nearest, in ascending order. */
  columns(i: number): number[] {
    const limit = this.#smallest[i] + 2 * this.#error[i];
    return this.#kept[i].filter(({ value }) => value <= limit).map(({ column }) => column);
  }

  #keep(i: number, products: Float32Array, squares: Float64Array, firstColumn: number): void {
    const tolerance = 2 * this.#error[i];
    let smallest = this.#smallest[i];
    let limit = smallest + tolerance;
    for (let j = 0; j < products.length; j++) {
      const value = squares[j] - 2 * products[j];
      if (value > limit) continue;
      this.#kept[i].push({ column: firstColumn + j, value });
      if (value >= smallest) continue;
      smallest = value;
      limit = smallest + tolerance;
    }
    this.#smallest[i] = smallest;
  }
}

function decide(
  { features, rows }: SomeRows,
  base: FeatureMatrix,
  i: number,
  columns: readonly number[],
  found: NearestRows,
): void {
  const { values, dim } = features;
  let nearest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const column of columns) {
    const squared = squaredDistance(values, rows[i] * dim, base.values, column * dim, dim);
    if (squared < smallest) {
      smallest = squared;
      nearest = column;
    }
  }
  found.row[i] = nearest;
  found.distance[i] = Math.sqrt(smallest);
}
