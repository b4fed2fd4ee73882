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

/**
 * The power of two that brings a row of this norm to a length of at most 1: float32 products then neither overflow nor, for rows that
 * matter, underflow. Powers of two leave the digits as they are.
 */
export function scaleFor(norm: number): number {
  return norm === 0 ? 1 : 2 ** -Math.ceil(Math.log2(norm));
}
