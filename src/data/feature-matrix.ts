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
  // sums that are variables of their own take half the time of eight numbers in an array
  let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
  const whole = dim - (dim % 8);
  for (let l = leftOffset, r = rightOffset; l < leftOffset + whole; l += 8, r += 8) {
    const d0 = left[l] - right[r];
    const d1 = left[l + 1] - right[r + 1];
    const d2 = left[l + 2] - right[r + 2];
    const d3 = left[l + 3] - right[r + 3];
    const d4 = left[l + 4] - right[r + 4];
    const d5 = left[l + 5] - right[r + 5];
    const d6 = left[l + 6] - right[r + 6];
    const d7 = left[l + 7] - right[r + 7];
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
    s4 += d4 * d4;
    s5 += d5 * d5;
    s6 += d6 * d6;
    s7 += d7 * d7;
  }
  if (whole < dim) {
    const sums = [s0, s1, s2, s3, s4, s5, s6, s7];
    for (let f = whole; f < dim; f++) sums[f & 7] += (left[leftOffset + f] - right[rightOffset + f]) ** 2;
    [s0, s1, s2, s3, s4, s5, s6, s7] = sums;
  }
  return s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7));
}

/** L2 distance (not squared) of row `a` of one matrix and row `b` of another of the same dim. */
export function distance(left: FeatureMatrix, a: number, right: FeatureMatrix, b: number): number {
  return Math.sqrt(squaredDistance(left.values, a * left.dim, right.values, b * right.dim, left.dim));
}
