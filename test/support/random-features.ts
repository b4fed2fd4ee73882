import { SeededRandom } from "#base/seeded-random.ts";
import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";

export function matrixOf(rows: readonly (readonly number[])[], dim = rows[0]?.length ?? 1): FeatureMatrix {
  const matrix = sharedMatrix(rows.length, dim);
  for (const [row, values] of rows.entries()) matrix.values.set(values, row * dim);
  return matrix;
}

/** Rows of normal-like numbers of the given scale; a share of them are near copies of an earlier row. */
export function randomFeatures(options: {
  rows: number;
  dim: number;
  seed: number;
  scale?: number;
  copies?: number;
  copyDistance?: number;
}): FeatureMatrix {
  const { rows, dim, seed, scale = 1, copies = 0.3, copyDistance = 0.1 } = options;
  const random = new SeededRandom(seed);
  const matrix = sharedMatrix(rows, dim);
  const normal = () => random.between(-1, 1) + random.between(-1, 1) + random.between(-1, 1);
  for (let row = 0; row < rows; row++) {
    const source = row > 0 && random.between(0, 1) < copies ? random.integer(0, row) : -1;
    for (let f = 0; f < dim; f++) {
      const base = source < 0 ? 0 : matrix.values[source * dim + f];
      const step = source < 0 ? scale : (scale * copyDistance) / Math.sqrt(dim);
      matrix.values[row * dim + f] = base + step * normal();
    }
  }
  return matrix;
}
