import { SeededRandom } from "#base/seeded-random.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { distances, rowsAt } from "./select-rows.ts";

const ROUNDS = 20;

interface Wanted {
  readonly features: FeatureMatrix;
  readonly pool: readonly number[];
  readonly count: number;
  readonly seed: number;
}

/** Lloyd's k-means of the pool, begun with k-means++; the pool's image nearest to each centre. */
export async function kMeansCentres(
  { features, pool, count, seed }: Wanted,
  product: MatrixProduct,
): Promise<number[]> {
  const rows = rowsAt(features, pool);
  const centres = rowsAt(rows, await firstCentres(product, rows, count, new SeededRandom(seed)));
  for (let round = 0; round < ROUNDS; round++) moveCentres(centres, rows, await distances(product, centres, rows));
  const chosen = new Set<number>();
  for (const from of await distances(product, centres, rows))
    chosen.add([...from.keys()].filter((i) => !chosen.has(i)).reduce((a, b) => (from[b] < from[a] ? b : a)));
  return [...chosen].map((i) => pool[i]);
}

/** k-means++: each is drawn with a chance that grows with its squared distance to those before. */
async function firstCentres(product: MatrixProduct, rows: FeatureMatrix, count: number, random: SeededRandom) {
  const nearest = new Float32Array(rows.rowCount).fill(Number.POSITIVE_INFINITY);
  const centres = [random.integer(0, rows.rowCount)];
  while (centres.length < count) {
    const [from] = await distances(product, rowsAt(rows, centres.slice(-1)), rows);
    for (let i = 0; i < nearest.length; i++) nearest[i] = Math.min(nearest[i], from[i] ** 2);
    let left = random.between(0, 1) * nearest.reduce((sum, square) => sum + square, 0);
    let row = 0;
    while (row < nearest.length - 1 && left >= nearest[row]) left -= nearest[row++];
    centres.push(row);
  }
  return centres;
}

/** Moves each centre to the mean of the rows that it is nearest to. */
function moveCentres(centres: FeatureMatrix, rows: FeatureMatrix, to: readonly Float32Array[]): void {
  const { dim } = rows;
  const sums = new Float64Array(centres.values.length);
  const counts = new Uint32Array(centres.rowCount);
  for (let i = 0; i < rows.rowCount; i++) {
    let nearest = 0;
    for (let c = 1; c < to.length; c++) if (to[c][i] < to[nearest][i]) nearest = c;
    counts[nearest]++;
    for (let f = 0; f < dim; f++) sums[nearest * dim + f] += rows.values[i * dim + f];
  }
  for (let i = 0; i < sums.length; i++) {
    const size = counts[Math.floor(i / dim)];
    if (size > 0) centres.values[i] = sums[i] / size;
  }
}
