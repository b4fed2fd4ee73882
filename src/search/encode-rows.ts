import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { type EncodedLevel, filledUpBytes } from "#search/encoded-level.ts";
import { FLOAT32_UNIT } from "#search/error-bound.ts";
import type { FittedLevel, FittedRowIndex } from "#search/fit-row-index.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { quantiseRow, squareOf } from "#search/quantise.ts";
import { sketchRows } from "#search/sketch.ts";
import { UNIT_ERROR, unitRows } from "#search/unit-rows.ts";

/** Writes rows as byte numbers of every width that was fitted. A pure function of the rows and the fit. */
export async function encodeRows(
  product: MatrixProduct,
  features: FeatureMatrix,
  { levels, metric }: FittedRowIndex,
): Promise<EncodedLevel[]> {
  const rows = metric === "cosine" ? unitRows(features) : features;
  const encoded: EncodedLevel[] = [];
  for (const level of levels) {
    const error = metric === "cosine" ? UNIT_ERROR * level.rotation.scale : 0;
    encoded.push(await encodeLevel(product, rows, level, error));
  }
  return encoded;
}

async function encodeLevel(
  product: MatrixProduct,
  features: FeatureMatrix,
  { rotation, quantiser }: FittedLevel,
  error: number,
): Promise<EncodedLevel> {
  const sketches = await sketchRows(product, features, rotation);
  const count = features.rowCount;
  const width = quantiser.numbers;
  const bytes = filledUpBytes(width);
  const numbers = new Int8Array(count * bytes);
  const [squares, slacks] = [new Int32Array(count), new Float32Array(count)];
  const mixed = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    const target = numbers.subarray(row * bytes, row * bytes + width);
    const sketch = sketches.values.subarray(row * width, (row + 1) * width);
    const slack = error + sketches.slacks[row] + quantiseRow(sketch, quantiser, target, mixed);
    squares[row] = squareOf(target);
    // a row too long for float32 is always looked at
    slacks[row] = Number.isFinite(slack) ? slack * (1 + 2 * FLOAT32_UNIT) : Number.POSITIVE_INFINITY;
  }
  return { numbers, squares, slacks };
}
