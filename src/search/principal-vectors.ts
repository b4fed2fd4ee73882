import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { identityRotation, momentsOf, principalDirections, type Rotation, rotationTo } from "#search/rotation.ts";
import { longestNorm, scaleFor } from "#search/row-scale.ts";
import { sketchRows } from "#search/sketch.ts";

/**
 * The leading principal directions of a sample.
 *
 * @param width directions wanted; with as many or fewer dims, rows only have the mean taken off
 */
export async function fitPrincipal(product: MatrixProduct, sample: FeatureMatrix, width: number): Promise<Rotation> {
  const scale = scaleFor(longestNorm(sample));
  if (sample.dim <= width) return identityRotation(sample, scale);
  const moments = await momentsOf(product, sample, scale);
  return rotationTo(await principalDirections(product, moments, width), moments, width);
}

/** Rows turned into those directions, each at unit length; float32, shape (rows, width). */
export async function principalVectors(
  product: MatrixProduct,
  features: FeatureMatrix,
  rotation: Rotation,
): Promise<Float32Array> {
  const { values, width, rowCount } = await sketchRows(product, features, rotation);
  const turned = new Float32Array(rowCount * width);
  for (let row = 0; row < rowCount; row++) {
    let square = 0;
    for (let c = 0; c < width; c++) square += values[row * (width + 1) + c] ** 2;
    const perLength = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let c = 0; c < width; c++) turned[row * width + c] = values[row * (width + 1) + c] * perLength;
  }
  return turned;
}

/** Rows that lie side by side, in shared memory. */
export function joined(parts: readonly Float32Array[], dim: number): FeatureMatrix {
  const matrix = sharedMatrix(parts.reduce((sum, part) => sum + part.length, 0) / dim, dim);
  let at = 0;
  for (const part of parts) {
    matrix.values.set(part, at);
    at += part.length;
  }
  return matrix;
}
