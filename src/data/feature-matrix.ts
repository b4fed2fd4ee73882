/** Feature vectors, row-major: feature `f` of row `r` is `values[r * dim + f]`. */
export interface FeatureMatrix {
  /** float32 features, shape (rowCount, dim), unitless. */
  readonly values: Float32Array;
  readonly rowCount: number;
  readonly dim: number;
}

/** The rows `first` to `end` (half open) of a matrix, sharing its memory. */
export function rowsOf(matrix: FeatureMatrix, first: number, end: number): FeatureMatrix {
  const values = matrix.values.subarray(first * matrix.dim, end * matrix.dim);
  return { values, rowCount: end - first, dim: matrix.dim };
}

/** Memory for features that threads can share. */
export function sharedMatrix(rowCount: number, dim: number): FeatureMatrix {
  const values = new Float32Array(new SharedArrayBuffer(rowCount * dim * Float32Array.BYTES_PER_ELEMENT));
  return { values, rowCount, dim };
}

/**
 * Squared L2 distance of two rows, subtracted first, in float64; never negative. Number f goes to sum f mod 8, and the eight sums are
 * added in pairs: processors do eight additions at once, and an order that is fixed gives the same digits everywhere.
 */
export function squaredDistance(
  left: Float32Array,
  leftOffset: number,
  right: Float32Array,
  rightOffset: number,
  dim: number,
): number {
  const sums = EIGHT_SUMS.fill(0);
  for (let f = 0; f < dim; f++) {
    const difference = left[leftOffset + f] - right[rightOffset + f];
    sums[f & 7] += difference * difference;
  }
  return sums[0] + sums[1] + (sums[2] + sums[3]) + (sums[4] + sums[5] + (sums[6] + sums[7]));
}

const EIGHT_SUMS = new Float64Array(8);

/** L2 distance (not squared) of row `a` of one matrix and row `b` of another of the same dim. */
export function distance(left: FeatureMatrix, a: number, right: FeatureMatrix, b: number): number {
  return Math.sqrt(squaredDistance(left.values, a * left.dim, right.values, b * right.dim, left.dim));
}
