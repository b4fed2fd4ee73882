import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { FLOAT32_UNIT, gamma } from "#search/error-bound.ts";
import { filledUpTerms, inParts, type MatrixProduct, termsInParts } from "#search/matrix-product.ts";
import type { Rotation } from "#search/rotation.ts";

/**
 * Short vectors that stand for rows: the distance of two sketches, less their slacks, never exceeds the distance of the rows. A
 * sketch is the row's first `width` coordinates after rotation and the length of the rest.
 */
export interface RowSketches {
  readonly rowCount: number;
  readonly width: number;
  /** float32, shape (rows, width + 1). */
  readonly values: Float32Array;
  /** How far each sketch may lie from the true one, float64, in scaled units. */
  readonly slacks: Float64Array;
}

const PROJECTED_ROWS = 256;

/** Covers what a sketch loses below float32's smallest normal number. */
const SKETCH_UNDERFLOW = 2 ** -120;

/** A rotation's basis as products take it: to be kept where rows are sketched again and again. */
export function turningOf({ basis, dim }: Rotation): Float32Array | undefined {
  return basis && inParts(basis, dim);
}

/** Sketches every row of a matrix. The bounds behind the slacks are in why-no-pair-is-lost.md. */
export async function sketchRows(
  product: MatrixProduct,
  matrix: FeatureMatrix,
  rotation: Rotation,
  turning = turningOf(rotation),
): Promise<RowSketches> {
  const { dim, width, basis } = rotation;
  const stride = width + 1;
  const values = new Float32Array(matrix.rowCount * stride);
  const slacks = new Float64Array(matrix.rowCount);
  for (let top = 0; top < matrix.rowCount; top += PROJECTED_ROWS) {
    const count = Math.min(PROJECTED_ROWS, matrix.rowCount - top);
    const { rows, squaredNorms } = centredRows(matrix, rotation, top, count);
    const projected = turning ? await product.multiplyInParts(rows, turning, filledUpTerms(dim)) : rows;
    const stepped = turning ? width : filledUpTerms(dim);
    for (let row = 0; row < count; row++) {
      let kept = 0;
      const to = (top + row) * stride;
      for (let c = 0; c < width; c++) {
        const value = projected[row * stepped + c];
        values[to + c] = value;
        kept += value * value;
      }
      const { rest, slack } = basis ? restOf(rotation, squaredNorms[row], kept) : plainRest(squaredNorms[row]);
      values[to + width] = rest;
      slacks[top + row] = slack;
    }
  }
  return { rowCount: matrix.rowCount, width, values, slacks };
}

/** Scaled rows less the mean, float32, filled up to whole parts, and their squared norms, float64. */
function centredRows({ values, dim }: FeatureMatrix, { mean, scale }: Rotation, top: number, count: number) {
  const length = filledUpTerms(dim);
  const rows = new Float32Array(count * length);
  const squaredNorms = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const from = (top + row) * dim;
    const to = row * length;
    let sum = 0;
    for (let f = 0; f < dim; f++) {
      const value = Math.fround(values[from + f] * scale - mean[f]);
      rows[to + f] = value;
      sum += value * value;
    }
    squaredNorms[row] = sum;
  }
  return { rows, squaredNorms };
}

function restOf({ dim, width, skew }: Rotation, squaredNorm: number, kept: number): { rest: number; slack: number } {
  const norm = Math.sqrt(squaredNorm);
  const relative = (skew + gamma(termsInParts(dim) + 4) * Math.sqrt(width) * (1 + skew)) * (1 + 4 * FLOAT32_UNIT);
  const projection = relative * norm + SKETCH_UNDERFLOW;
  const squaredRest = Math.max(0, squaredNorm - kept);
  const rest = Math.sqrt(squaredRest);
  const squaredError = projection * (2 * Math.sqrt(kept) + projection) + 4 * FLOAT32_UNIT * squaredNorm;
  const restError = squaredError === 0 ? 0 : squaredError / Math.max(rest, Math.sqrt(squaredError));
  return { rest, slack: (projection + restError + 2 * FLOAT32_UNIT * rest) * (1 + 1e-9) };
}

/** Without a basis nothing is left over, and only the rounding of the centred coordinates counts. */
function plainRest(squaredNorm: number): { rest: number; slack: number } {
  return { rest: 0, slack: 2 * FLOAT32_UNIT * Math.sqrt(squaredNorm) + SKETCH_UNDERFLOW };
}
