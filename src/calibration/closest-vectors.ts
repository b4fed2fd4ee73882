import type { ThresholdGrid } from "#calibration/threshold-grid.ts";
import { squaredDistance } from "#data/feature-matrix.ts";
import type { PictureVectors } from "#features/embed-pictures.ts";
import { gamma } from "#search/error-bound.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";

/** Vectors of images, as many for each: a view that is like the picture has the picture's vector. */
export interface SlottedVectors {
  /** float32, shape (images, slots, dim). */
  readonly values: Float32Array;
  readonly slots: number;
  readonly dim: number;
}

/** All vectors of a picture, shape (slots, dim). */
export function inSlots(vectors: PictureVectors, dim: number): Float32Array {
  const slots = new Float32Array(vectors.length * dim);
  for (const [slot, vector] of vectors.entries()) slots.set(vector ?? vectors[0], slot * dim);
  return slots;
}

/** The same with what measuring them needs, to be measured more than once. */
export interface MeasurableVectors extends SlottedVectors {
  /** Of each vector, float64. */
  readonly squaredLengths: Float64Array;
}

/** What float64 arithmetic and numbers below the smallest float32 may add to the error of a product. */
const FLOAT64_SLACK = 1e-12;
const UNDERFLOW = 2 ** -110;

export function measurable({ values, slots, dim }: SlottedVectors): MeasurableVectors {
  const squaredLengths = new Float64Array(values.length / dim);
  for (let i = 0; i < values.length; i++) squaredLengths[Math.floor(i / dim)] += values[i] * values[i];
  return { values, slots, dim, squaredLengths };
}

/** The images from `first` to `end` (half open), sharing memory. */
export function imagesOf({ values, slots, dim }: SlottedVectors, first: number, end: number): SlottedVectors {
  return { values: values.subarray(first * slots * dim, end * slots * dim), slots, dim };
}

function imageCount({ values, slots, dim }: SlottedVectors): number {
  return values.length / (slots * dim);
}

/**
 * The cell of the distance of each image of one set and each of another: that of their closest vectors. A float32 product tells most;
 * where it cannot tell the cell for its rounding error, float64 decides, so that counts are exact at every threshold of the grid.
 *
 * @returns shape (left images, right images)
 */
export async function cellsBetween(
  left: SlottedVectors,
  right: MeasurableVectors,
  grid: ThresholdGrid,
  product: MatrixProduct,
): Promise<Uint32Array> {
  const [rows, columns] = [imageCount(left), imageCount(right)];
  const { slots, dim } = left;
  const products = await product.multiply(left.values, right.values, dim);
  const [ofLeft, ofRight] = [measurable(left).squaredLengths, right.squaredLengths];
  const error = 2 * (gamma(dim) + FLOAT64_SLACK) * Math.sqrt(largest(ofLeft) * largest(ofRight)) + UNDERFLOW;
  const cells = new Uint32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let squared = Number.POSITIVE_INFINITY;
      for (let a = row * slots; a < (row + 1) * slots; a++) {
        for (let b = column * slots; b < (column + 1) * slots; b++) {
          squared = Math.min(squared, ofLeft[a] + ofRight[b] - 2 * products[a * columns * slots + b]);
        }
      }
      const lowest = grid.cellOf(Math.sqrt(Math.max(0, squared - error)));
      const isSure = squared + error <= grid.at(lowest) ** 2;
      cells[row * columns + column] = isSure ? lowest : grid.cellOf(exactDistance(left, row, right, column));
    }
  }
  return cells;
}

/** Plain L2 of the closest vectors of two images, float64. */
function exactDistance(left: SlottedVectors, row: number, right: SlottedVectors, column: number): number {
  const { slots, dim } = left;
  let squared = Number.POSITIVE_INFINITY;
  for (let a = row * slots; a < (row + 1) * slots; a++) {
    for (let b = column * slots; b < (column + 1) * slots; b++) {
      squared = Math.min(squared, squaredDistance(left.values, a * dim, right.values, b * dim, dim));
    }
  }
  return Math.sqrt(squared);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
