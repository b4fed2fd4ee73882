import type { FeatureMatrix } from "#data/feature-matrix.ts";

/**
 * Feature rows rewritten so that one matrix product gives minus the squared distance of every pair: a left row is
 * `[2x, −|x|², −1]`, a right row `[y, 1, |y|²]`, and their product is 2x·y − |x|² − |y|² = −|x − y|².
 */
export interface Operand {
  /** float32, shape (rows, width). */
  readonly values: Float32Array;
  readonly rowCount: number;
  /** dim + 2 */
  readonly width: number;
  /** L2 norm of each scaled row, float64. */
  readonly norms: Float64Array;
}

/**
 * The power of two that brings the longest row of both matrices to a length of at most 1: float32 products then neither
 * overflow nor, for rows that matter, underflow. Powers of two leave the digits as they are.
 */
export function commonScale(left: FeatureMatrix, right: FeatureMatrix): number {
  const longest = Math.max(longestNorm(left), longestNorm(right));
  return longest === 0 ? 1 : 2 ** -Math.ceil(Math.log2(longest));
}

export function leftOperand(matrix: FeatureMatrix, scale: number): Operand {
  const operand = scaledRows(matrix, scale, 2);
  writeLastTwo(operand, (square) => [-square, -1]);
  return operand;
}

export function rightOperand(matrix: FeatureMatrix, scale: number): Operand {
  const operand = scaledRows(matrix, scale, 1);
  writeLastTwo(operand, (square) => [1, square]);
  return operand;
}

function writeLastTwo({ values, norms, width }: Operand, lastTwo: (square: number) => [number, number]): void {
  for (let row = 0; row < norms.length; row++) values.set(lastTwo(norms[row] ** 2), (row + 1) * width - 2);
}

function scaledRows({ values: features, rowCount, dim }: FeatureMatrix, scale: number, factor: number): Operand {
  const width = dim + 2;
  const values = new Float32Array(rowCount * width);
  const norms = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    let sum = 0;
    for (let f = 0; f < dim; f++) {
      const value = features[row * dim + f] * scale;
      sum += value * value;
      values[row * width + f] = factor * value;
    }
    norms[row] = Math.sqrt(sum);
  }
  return { values, rowCount, width, norms };
}

function longestNorm({ values, rowCount, dim }: FeatureMatrix): number {
  let longest = 0;
  for (let row = 0; row < rowCount; row++) {
    let sum = 0;
    for (let f = row * dim; f < (row + 1) * dim; f++) sum += values[f] * values[f];
    if (sum > longest) longest = sum;
  }
  return Math.sqrt(longest);
}
