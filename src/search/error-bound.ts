export const FLOAT32_UNIT = 2 ** -24;
const FLOAT64_UNIT = 2 ** -53;

/** Covers what float32 loses below its smallest normal number; see why-no-pair-is-lost.md. */
const UNDERFLOW = 2 ** -110;

/** Relative error bound of a float32 sum of `terms` products, in any order, with or without fused multiply-add. */
export function gamma(terms: number): number {
  return (terms * FLOAT32_UNIT) / (1 - terms * FLOAT32_UNIT);
}

/**
 * How far |y|² − 2x·y can lie from its true value where x·y is a float32 product of `dim` terms and the rest is float64. The proof is in
 * why-no-pair-is-lost.md.
 *
 * @param leftNorm, rightNorm L2 norms of x and y, or upper bounds of them, below 2²⁰
 */
export function productError(dim: number, leftNorm: number, rightNorm: number): number {
  return (
    2 * gamma(dim + 1) * leftNorm * rightNorm + 2 ** -36 * rightNorm ** 2 + UNDERFLOW * (1 + leftNorm) * (1 + rightNorm)
  );
}

/**
 * A squared distance that float64 arithmetic cannot call within `radius`: a hair above radius².
 *
 * @param radius plain L2, in scaled units
 */
export function largestSquaredDistance(dim: number, radius: number): number {
  return radius * radius * (1 + 4 * (dim + 8) * FLOAT64_UNIT);
}

/**
 * What a float32 sum of `terms` squared differences, in any order, cannot pass while the true one is at most `sum`: each difference and
 * square is rounded too, and so may the result be.
 */
export function largestFloatSum(terms: number, sum: number): number {
  return (sum + terms * FLOAT32_SMALLEST) * (1 + 2 * gamma(terms + 8));
}

const FLOAT32_SMALLEST = 2 ** -149;

/** Plain L2 that two vectors of unit length cannot pass while float64 arithmetic calls their 1 − cosine at most `limit`. */
export function largestChord(dim: number, limit: number): number {
  return Math.sqrt(2 * (limit + 4 * (dim + 8) * FLOAT64_UNIT));
}
