import type { SeededRandom } from "#base/seeded-random.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";

/** A pivot smaller than this share of the largest means rows too alike for float32 products to tell apart. */
const SMALLEST_PIVOT = 1e-5;

/**
 * Orthonormal rows that span what the given ones span, in their order: the first row only gets scaled. By Cholesky factors of the
 * Gram matrix, twice (CholeskyQR2; Yamamoto et al. 2015), which is matrix products; by Gram–Schmidt where rows are too alike.
 *
 * @param rows float32, shape (count, dim), count ≤ dim; @param random replaces rows that depend on those before them
 */
export async function orthonormalRows(
  product: MatrixProduct,
  rows: Float32Array,
  dim: number,
  random: SeededRandom,
): Promise<Float32Array> {
  const once = await byCholesky(product, rows, dim);
  const twice = once && (await byCholesky(product, once, dim));
  return twice ?? byGramSchmidt(rows, dim, random);
}

/** Nearly the same at half the cost, for steps on the way. */
export async function roughlyOrthonormalRows(
  product: MatrixProduct,
  rows: Float32Array,
  dim: number,
  random: SeededRandom,
): Promise<Float32Array> {
  return (await byCholesky(product, rows, dim)) ?? byGramSchmidt(rows, dim, random);
}

/** Upper bound of the Frobenius norm of basis · basisᵀ less the identity, in float64. */
export function skewOf(basis: Float32Array, dim: number): number {
  const count = basis.length / dim;
  let sum = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let f = 0; f < dim; f++) dot += basis[a * dim + f] * basis[b * dim + f];
      sum += a === b ? (dot - 1) ** 2 : 2 * dot * dot;
    }
  }
  // what float64 sums of dim products may be off by, for each of the count² entries
  return Math.sqrt(sum) + 2 * count * dim * 2 ** -52;
}

/** The rows times the inverse of the Cholesky factor of their Gram matrix; undefined where a pivot is too small. */
async function byCholesky(product: MatrixProduct, rows: Float32Array, dim: number): Promise<Float32Array | undefined> {
  const count = rows.length / dim;
  const inverse = inverseFactor(await product.multiply(rows, rows, dim), count);
  return inverse && product.multiply(inverse, transposed(rows, dim), count);
}

/** The inverse of the lower Cholesky factor of a symmetric matrix, shape (count, count). */
function inverseFactor(gram: Float32Array, count: number): Float32Array | undefined {
  const factor = choleskyFactor(gram, count);
  if (!factor) return undefined;
  const inverse = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    // along rows, as they lie in memory
    for (let k = 0; k < i; k++) {
      const share = factor[i * count + k];
      for (let j = 0; j <= k; j++) inverse[i * count + j] -= share * inverse[k * count + j];
    }
    inverse[i * count + i] = 1;
    for (let j = 0; j <= i; j++) inverse[i * count + j] /= factor[i * count + i];
  }
  return Float32Array.from(inverse);
}

/** The lower factor L of a matrix L · Lᵀ; undefined where a pivot is too small. */
function choleskyFactor(gram: Float32Array, count: number): Float64Array | undefined {
  const factor = Float64Array.from(gram);
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, factor[i * count + i]);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * count + j];
      for (let k = 0; k < j; k++) sum -= factor[i * count + k] * factor[j * count + k];
      factor[i * count + j] = i > j ? sum / factor[j * count + j] : Math.sqrt(sum);
      if (i === j && !(sum > largest * SMALLEST_PIVOT)) return undefined;
    }
  }
  return factor;
}

function byGramSchmidt(rows: Float32Array, dim: number, random: SeededRandom): Float32Array {
  const count = rows.length / dim;
  const basis = Float64Array.from(rows);
  for (let row = 0; row < count; row++) {
    const own = basis.subarray(row * dim, (row + 1) * dim);
    const earlier = basis.subarray(0, row * dim);
    while (!standUpright(own, earlier)) {
      for (let f = 0; f < dim; f++) own[f] = random.between(-1, 1);
    }
  }
  return Float32Array.from(basis);
}

/**
 * Takes off, twice, what lies along earlier unit vectors, and scales the rest to unit length.
 *
 * @returns false when nothing certain is left
 */
function standUpright(own: Float64Array, earlier: Float64Array): boolean {
  const dim = own.length;
  for (let pass = 0; pass < 2; pass++) {
    const before = lengthOf(own);
    for (let first = 0; first < earlier.length; first += dim) takeOff(own, earlier.subarray(first, first + dim));
    const after = lengthOf(own);
    if (!(after > before * 1e-7)) return false;
    for (let f = 0; f < dim; f++) own[f] /= after;
  }
  return true;
}

function lengthOf(vector: Float64Array): number {
  let sum = 0;
  for (let f = 0; f < vector.length; f++) sum += vector[f] * vector[f];
  return Math.sqrt(sum);
}

/** Takes the part along a unit vector off. */
function takeOff(vector: Float64Array, unit: Float64Array): void {
  let dot = 0;
  for (let f = 0; f < vector.length; f++) dot += vector[f] * unit[f];
  for (let f = 0; f < vector.length; f++) vector[f] -= dot * unit[f];
}

/** Columns as rows. */
export function transposed(rows: Float32Array, dim: number): Float32Array {
  const count = rows.length / dim;
  const columns = new Float32Array(rows.length);
  for (let row = 0; row < count; row++) for (let f = 0; f < dim; f++) columns[f * count + row] = rows[row * dim + f];
  return columns;
}
