import { SeededRandom } from "#base/seeded-random.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { orthonormalRows, roughlyOrthonormalRows, skewOf, transposed } from "#search/orthonormal.ts";

/**
 * How rows become sketches: scaled by a power of two, the mean taken off, then turned so that few coordinates hold most of what
 * tells rows apart. Any mean and any orthonormal basis give a correct search; good ones give a fast one.
 */
export interface Rotation {
  /** Power of two. */
  readonly scale: number;
  /** float32, shape (dim,), in scaled units. */
  readonly mean: Float32Array;
  /** Near-orthonormal rows, float32, shape (width, dim), those that tell most first; undefined leaves coordinates as they are. */
  readonly basis: Float32Array | undefined;
  readonly dim: number;
  /** Coordinates of a sketch before its rest. */
  readonly width: number;
  /** Upper bound of how far basis · basisᵀ is from the identity (Frobenius norm). */
  readonly skew: number;
}

const ITERATIONS = 4;
const FURTHER_ITERATIONS = 2;

/** Rows longer than this many times the median are left out of the fit: one far row must not move the mean away from all others. */
const OUTLIER_FACTOR = 16;

/** What rotations are fitted to. */
export interface SampleMoments {
  readonly scale: number;
  readonly dim: number;
  /** float32, shape (dim,), in scaled units. */
  readonly mean: Float32Array;
  /** Sum of the products of the centred columns, float32, shape (dim, dim). */
  readonly covariance: Float32Array;
}

export async function momentsOf(product: MatrixProduct, sample: FeatureMatrix, scale: number): Promise<SampleMoments> {
  const { dim } = sample;
  const { mean, rows } = centred(sample, scale);
  const columns = transposed(rows, dim);
  const covariance =
    rows.length === 0 ? new Float32Array(dim * dim) : await product.multiply(columns, columns, rows.length / dim);
  return { scale, dim, mean, covariance };
}

/** Leaves the coordinates as they are: for rows in which no few directions tell more than others. */
export function identityRotation(sample: FeatureMatrix, scale: number): Rotation {
  const { mean } = centred(sample, scale);
  return { scale, mean, basis: undefined, dim: sample.dim, width: sample.dim, skew: 0 };
}

/**
 * The leading principal directions of a sample, by orthogonal iteration on its covariance (Golub & Van Loan, Matrix Computations,
 * 4th ed., 8.2.4). A few steps are enough: the order need not be exact.
 *
 * @param width directions wanted; fewer come back when dim is smaller
 * @param known leading directions of an earlier, narrower fit
 * @returns float32, shape (directions, dim)
 */
export async function principalDirections(
  product: MatrixProduct,
  { dim, covariance }: SampleMoments,
  width: number,
  known: Float32Array = new Float32Array(0),
): Promise<Float32Array> {
  const random = new SeededRandom(1);
  let basis: Float32Array = Float32Array.from({ length: Math.min(width, dim) * dim }, () => random.between(-1, 1));
  basis.set(known);
  basis = await roughlyOrthonormalRows(product, basis, dim, random);
  const steps = known.length > 0 ? FURTHER_ITERATIONS : ITERATIONS;
  for (let step = 1; step < steps; step++) {
    const turned = await product.multiply(basis, covariance, dim);
    basis = await roughlyOrthonormalRows(product, turned, dim, random);
  }
  return orthonormalRows(product, await product.multiply(basis, covariance, dim), dim, random);
}

/** A rotation to the first `width` of some near-orthonormal directions. */
export function rotationTo(directions: Float32Array, { scale, mean, dim }: SampleMoments, width: number): Rotation {
  const basis = directions.slice(0, width * dim);
  return { scale, mean, basis, dim, width, skew: skewOf(basis, dim) };
}

/** Scaled rows without far ones, their mean taken off. */
function centred({ values, rowCount, dim }: FeatureMatrix, scale: number): { mean: Float32Array; rows: Float32Array } {
  const norms = Float64Array.from({ length: rowCount }, (_, row) => {
    let sum = 0;
    for (let f = row * dim; f < (row + 1) * dim; f++) sum += (values[f] * scale) ** 2;
    return Math.sqrt(sum);
  });
  const limit = OUTLIER_FACTOR * (Float64Array.from(norms).sort()[rowCount >> 1] ?? 0);
  const kept = [...norms.keys()].filter((row) => norms[row] <= limit);
  const mean = new Float64Array(dim);
  for (const row of kept) for (let f = 0; f < dim; f++) mean[f] += (values[row * dim + f] * scale) / kept.length;
  const rows = new Float32Array(kept.length * dim);
  for (const [i, row] of kept.entries()) {
    for (let f = 0; f < dim; f++) rows[i * dim + f] = values[row * dim + f] * scale - mean[f];
  }
  return { mean: Float32Array.from(mean), rows };
}
