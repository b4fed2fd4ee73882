import type { SeededRandom } from "#base/seeded-random.ts";
import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";

/** L2 from each left row to all right ones, in float32. */
export async function distances(product: MatrixProduct, left: FeatureMatrix, right: FeatureMatrix) {
  const own = (matrix: FeatureMatrix) => matrix.values.slice(0, matrix.rowCount * matrix.dim);
  const dots = await product.multiply(own(left), own(right), left.dim);
  const squares = (matrix: FeatureMatrix) =>
    Float32Array.from({ length: matrix.rowCount }, (_, row) => {
      let sum = 0;
      for (let f = row * matrix.dim; f < (row + 1) * matrix.dim; f++) sum += matrix.values[f] ** 2;
      return sum;
    });
  const [ofLeft, ofRight] = [squares(left), squares(right)];
  return Array.from({ length: left.rowCount }, (_, a) =>
    ofRight.map((square, b) => Math.sqrt(Math.max(0, ofLeft[a] + square - 2 * dots[a * right.rowCount + b]))),
  );
}

export function rowsAt({ values, dim }: FeatureMatrix, rows: readonly number[]): FeatureMatrix {
  const chosen = sharedMatrix(rows.length, dim);
  for (const [i, row] of rows.entries()) chosen.values.set(values.subarray(row * dim, (row + 1) * dim), i * dim);
  return chosen;
}

export function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = random.integer(0, i + 1);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}
