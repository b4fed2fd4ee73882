import { type FeatureMatrix, squaredDistance } from "#data/feature-matrix.ts";
import { productError } from "#search/error-bound.ts";
import { commonScale, leftOperand, type Operand, rightOperand } from "#search/operands.ts";
import { GROUP_COLUMNS, type TileKernel } from "#search/tile-kernel.ts";

const BLOCK_ROWS = 512;

/** The nearest base row of each query: equal distances go to the smaller row. */
export interface NearestRows {
  /** Shape (queries,). */
  readonly row: Uint32Array;
  /** Plain L2, float64, shape (queries,). */
  readonly distance: Float64Array;
}

/**
 * Finds the nearest of the base rows for every query row. Exact: the product only says which groups of columns can hold the
 * nearest, by the bound of why-no-pair-is-lost.md; those are computed in float64.
 *
 * @param base at least one row
 */
export async function nearestRows(
  kernel: TileKernel,
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
    const { products, groups } = await allProducts(kernel, left, right, top, bottom);
    for (let row = top; row < bottom; row++) {
      const error = productError(queries.dim, left.norms[row], longest);
      const ofRow = products.subarray((row - top) * groups, (row - top + 1) * groups);
      nearestOfRow(queries, base, row, ofRow, error, found);
    }
  }
  return found;
}

/** The largest product of rows top..bottom with every group of columns, shape (bottom − top, groups). */
async function allProducts(kernel: TileKernel, left: Operand, right: Operand, top: number, bottom: number) {
  const { width } = left;
  const groups = right.values.length / width / GROUP_COLUMNS;
  const rows = left.values.subarray(top * width, bottom * width);
  const columns = BLOCK_ROWS * width;
  const products = new Float32Array((bottom - top) * groups);
  for (let first = 0; first < right.values.length; first += columns) {
    const tile = await kernel.largestPerGroup(rows, right.values.subarray(first, first + columns), width);
    const tileGroups = tile.length / (bottom - top);
    const firstGroup = first / width / GROUP_COLUMNS;
    for (let row = 0; row < bottom - top; row++) {
      products.set(tile.subarray(row * tileGroups, (row + 1) * tileGroups), row * groups + firstGroup);
    }
  }
  return { products, groups };
}

function nearestOfRow(
  queries: FeatureMatrix,
  base: FeatureMatrix,
  row: number,
  products: Float32Array,
  error: number,
  found: NearestRows,
): void {
  const { dim } = queries;
  const best = products.reduce((most, product) => Math.max(most, product), Number.NEGATIVE_INFINITY);
  let nearest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let group = 0; group < products.length; group++) {
    // both this product and the best may be off by the error, in opposite directions
    if (products[group] < best - 2 * error) continue;
    const end = Math.min((group + 1) * GROUP_COLUMNS, base.rowCount);
    for (let column = group * GROUP_COLUMNS; column < end; column++) {
      const squared = squaredDistance(queries.values, row * dim, base.values, column * dim, dim);
      if (squared < smallest) {
        smallest = squared;
        nearest = column;
      }
    }
  }
  found.row[row] = nearest;
  found.distance[row] = Math.sqrt(smallest);
}
