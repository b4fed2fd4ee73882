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

/** Like `randomFeatures`, but rows lie near a space of `rank` directions, the first of which spread most, as real features do. */
export function shapedFeatures(options: {
  rows: number;
  dim: number;
  seed: number;
  scale: number;
  rank: number;
}): FeatureMatrix {
  const { rows, dim, seed, scale, rank } = options;
  if (rank >= dim) return randomFeatures(options);
  const inner = randomFeatures({ rows, dim: rank, seed });
  const directions = randomFeatures({ rows: rank, dim, seed: seed + 1, scale: 1 / Math.sqrt(dim), copies: 0 });
  const matrix = sharedMatrix(rows, dim);
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < dim; f++) {
      let sum = 0.3; // away from the origin, as features behind a ReLU are
      for (let r = 0; r < rank; r++)
        sum += (inner.values[row * rank + r] * directions.values[r * dim + f]) / Math.sqrt(r + 1);
      matrix.values[row * dim + f] = scale * sum;
    }
  }
  return matrix;
}
