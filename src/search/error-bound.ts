const FLOAT32_UNIT = 2 ** -24;
const FLOAT64_UNIT = 2 ** -53;

/** Covers what float32 loses below its smallest normal number; see why-no-pair-is-lost.md. */
const UNDERFLOW = 2 ** -110;

/**
 * How far the float32 product of two operand rows can lie from minus their true squared distance. The proof is in
 * why-no-pair-is-lost.md.
 *
 * @param leftNorm, rightNorm L2 norms of the scaled rows, or upper bounds of them
 */
export function productError(dim: number, leftNorm: number, rightNorm: number): number {
  const terms = (dim + 5) * FLOAT32_UNIT;
  return (terms / (1 - terms)) * (leftNorm + rightNorm) ** 2 + UNDERFLOW;
}

/**
 * The largest true squared distance that float64 arithmetic may still call within `radius`: a hair above radius².
 *
 * @param radius plain L2, in scaled units
 */
export function largestSquaredDistance(dim: number, radius: number): number {
  return radius * radius * (1 + 4 * (dim + 8) * FLOAT64_UNIT);
}
