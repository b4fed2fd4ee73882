import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { longestNorm, scaleFor } from "#search/row-scale.ts";

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

/** The scale at which no row of either matrix is longer than 1. */
export function commonScale(left: FeatureMatrix, right: FeatureMatrix): number {
  return scaleFor(Math.max(longestNorm(left), longestNorm(right)));
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
