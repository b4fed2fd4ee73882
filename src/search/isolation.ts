import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { squaredNorms } from "#search/row-scale.ts";

export interface IsolationRequest {
  readonly rows: FeatureMatrix;
  /** In memory of its own. */
  readonly sample: FeatureMatrix;
  /** Number of the first row, and of each row of the sample: none is its own neighbour. */
  readonly firstRow: number;
  readonly sampled: Uint32Array;
  /** Which of the nearest: 1 is the nearest. */
  readonly neighbour: number;
}

const ROWS_AT_ONCE = 1024;

/** How far each row is from one of its nearest rows in a sample; plain L2, float32: to compare rows by, not to tell. */
export async function isolation(product: MatrixProduct, request: IsolationRequest): Promise<Float32Array> {
  const { rows, sample, firstRow, sampled, neighbour } = request;
  const { values, rowCount, dim } = rows;
  const squares = squaredNorms(sample);
  const found = new Float32Array(rowCount);
  for (let first = 0; first < rowCount; first += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, rowCount - first);
    const some = { values: values.slice(first * dim, (first + count) * dim), rowCount: count, dim };
    const own = squaredNorms(some);
    const products = await product.multiply(some.values, sample.values, dim);
    for (let i = 0; i < count; i++) {
      const to = products.subarray(i * sample.rowCount, (i + 1) * sample.rowCount);
      const squared = to.map((dot, s) =>
        sampled[s] === firstRow + first + i ? Number.POSITIVE_INFINITY : own[i] + squares[s] - 2 * dot,
      );
      found[first + i] = Math.sqrt(Math.max(0, squared.sort()[Math.min(neighbour, squared.length) - 1]));
    }
  }
  return found;
}
