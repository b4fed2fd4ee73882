export const FLOAT32_UNIT = 2 ** -24;
const FLOAT64_UNIT = 2 ** -53;

/** Covers what float32 loses below its smallest normal number; see why-no-pair-is-lost.md. */
const UNDERFLOW = 2 ** -110;

/** Relative error bound of a float32 sum of `terms` products, in any order, with or without fused multiply-add. */
export function gamma(terms: number): number {
  return (terms * FLOAT32_UNIT) / (1 - terms * FLOAT32_UNIT);
}

/**
 * How far the float32 product of two operand rows of `dim + 2` numbers can lie from minus their true squared distance. The proof is
 * in why-no-pair-is-lost.md.
 *
 * @param leftNorm, rightNorm L2 norms of the scaled rows, or upper bounds of them
 */
export function productError(dim: number, leftNorm: number, rightNorm: number): number {
  return gamma(dim + 5) * (leftNorm + rightNorm) ** 2 + UNDERFLOW;
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
