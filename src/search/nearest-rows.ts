import { type FeatureMatrix, squaredDistance } from "#data/feature-matrix.ts";
import { productError } from "#search/error-bound.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { commonScale, leftOperand, type Operand, rightOperand } from "#search/operands.ts";

const BLOCK_ROWS = 256;

/** The nearest base row of each query: equal distances go to the smaller row. */
export interface NearestRows {
  /** Shape (queries,). */
  readonly row: Uint32Array;
  /** Plain L2, float64, shape (queries,). */
  readonly distance: Float64Array;
}

/**
 * Finds the nearest of the base rows for every query row. Exact: the product only says which base rows can be the nearest, by the
 * bound of `productError`; those are computed in float64.
 *
 * @param base at least one row
 */
export async function nearestRows(
  product: MatrixProduct,
  queries: FeatureMatrix,
  base: FeatureMatrix,
): Promise<NearestRows> {
  const scale = commonScale(queries, base);
  const left = leftOperand(queries, scale);
  const right = rightOperand(base, scale);
  const longest = right.norms.reduce((most, norm) => Math.max(most, norm), 0);
  const found: NearestRows = { row: new Uint32Array(queries.rowCount), distance: new Float64Array(queries.rowCount) };
  for (let top = 0; top < queries.rowCount; top += BLOCK_ROWS) {
    const bottom = Math.min(top + BLOCK_ROWS, queries.rowCount);
    const rows = Array.from({ length: bottom - top }, (_, i) => {
      return new NearestCandidates(2 * productError(queries.dim, left.norms[top + i], longest));
    });
    await offerAll(product, rows, left, right, top);
    for (const [i, candidates] of rows.entries()) decide(queries, base, top + i, candidates.columns(), found);
  }
  return found;
}

/** Shows the product of every row with every column to the row's candidates. */
async function offerAll(
  product: MatrixProduct,
  rows: readonly NearestCandidates[],
  left: Operand,
  right: Operand,
  top: number,
): Promise<void> {
  const { width } = left;
  const leftRows = left.values.subarray(top * width, (top + rows.length) * width);
  const step = 4 * BLOCK_ROWS;
  for (let first = 0; first < right.rowCount; first += step) {
    const rightRows = right.values.subarray(first * width, Math.min(first + step, right.rowCount) * width);
    const products = await product.multiply(leftRows, rightRows, width);
    const columns = products.length / rows.length;
    for (const [i, candidates] of rows.entries()) {
      candidates.offer(products.subarray(i * columns, (i + 1) * columns), first);
    }
  }
}

/** Columns whose product is so near to the largest that rounding may hide which is the true one. */
class NearestCandidates {
  readonly #tolerance: number;
  #best = Number.NEGATIVE_INFINITY;
  #kept: { column: number; product: number }[] = [];

  /** @param tolerance twice what a product may be off by: two may err in opposite directions */
  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  offer(products: Float32Array, firstColumn: number): void {
    for (let i = 0; i < products.length; i++) {
      if (products[i] < this.#best - this.#tolerance) continue;
      if (products[i] > this.#best) this.#best = products[i];
      this.#kept.push({ column: firstColumn + i, product: products[i] });
    }
  }

  /** In ascending order. */
  columns(): number[] {
    return this.#kept.filter(({ product }) => product >= this.#best - this.#tolerance).map(({ column }) => column);
  }
}

function decide(
  queries: FeatureMatrix,
  base: FeatureMatrix,
  row: number,
  columns: readonly number[],
  found: NearestRows,
): void {
  const { dim } = queries;
  let nearest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const column of columns) {
    const squared = squaredDistance(queries.values, row * dim, base.values, column * dim, dim);
    if (squared < smallest) {
      smallest = squared;
      nearest = column;
    }
  }
  found.row[row] = nearest;
  found.distance[row] = Math.sqrt(smallest);
}
