import type { FeatureMatrix } from "#data/feature-matrix.ts";

/** The L2 norm of the longest row, float64; 0 when there is none, NaN or Infinity when a number is. */
export function longestNorm({ values, rowCount, dim }: FeatureMatrix): number {
  let longest = 0;
  for (let row = 0; row < rowCount; row++) {
    let sum = 0;
    for (let f = row * dim; f < (row + 1) * dim; f++) sum += values[f] * values[f];
    if (!Number.isFinite(sum)) return sum;
    if (sum > longest) longest = sum;
  }
  return Math.sqrt(longest);
}

/** The squared L2 norm of each row, or of some rows, float64, shape (rows,). */
export function squaredNorms({ values, rowCount, dim }: FeatureMatrix, rows?: Uint32Array): Float64Array {
  const squares = new Float64Array(rows?.length ?? rowCount);
  const whole = dim - (dim % 4);
  for (let i = 0; i < squares.length; i++) {
    const start = (rows ? rows[i] : i) * dim;
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let f = start; f < start + whole; f += 4) {
      s0 += values[f] * values[f];
      s1 += values[f + 1] * values[f + 1];
      s2 += values[f + 2] * values[f + 2];
      s3 += values[f + 3] * values[f + 3];
    }
    for (let f = start + whole; f < start + dim; f++) s0 += values[f] * values[f];
    squares[i] = s0 + s1 + (s2 + s3);
  }
  return squares;
}

/**
 * The power of two that brings a row of this norm to a length of at most 1: float32 products then neither overflow nor, for rows that
 * matter, underflow. Powers of two leave the digits as they are.
 */
export function scaleFor(norm: number): number {
  return norm === 0 ? 1 : 2 ** -Math.ceil(Math.log2(norm));
}
