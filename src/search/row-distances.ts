import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { CopiedRows, noRows } from "#search/copied-rows.ts";
import { largestFloatSum, largestSquaredDistance } from "#search/error-bound.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";

/** Rows at their distances, side by side. */
export interface RowDistances {
  readonly rows: Uint32Array;
  /** Plain L2, float64. */
  readonly distances: Float64Array;
}

const BATCH_ROWS = 256;

const look = new SecondLook();

/**
 * The distances of chosen rows to a query, of those that are within the limit. Exact.
 *
 * @param query float32, shape (dim,); @param source in shared memory; @param limit plain L2, inclusive
 */
export function distancesWithin(
  query: Float32Array,
  source: FeatureMatrix,
  rows: Uint32Array,
  limit: number,
): RowDistances {
  const { dim } = source;
  const stride = filledUpVector(dim);
  const { buffer, addresses: at } = look.takeRoom([
    4 * stride,
    4 * BATCH_ROWS * stride,
    4 * BATCH_ROWS,
    4 * BATCH_ROWS,
    8 * BATCH_ROWS,
  ]);
  const queryRoom = new Float32Array(buffer, at[0], stride);
  queryRoom.fill(0).set(query);
  const rowRoom = new Float32Array(buffer, at[1], BATCH_ROWS * stride);
  const addresses = new Uint32Array(buffer, at[2], BATCH_ROWS);
  const near = new Uint32Array(buffer, at[3], BATCH_ROWS);
  const squared = new Float64Array(buffer, at[4], BATCH_ROWS);
  const copied = new CopiedRows(source.values, dim, rowRoom, stride, noRows(BATCH_ROWS));
  const nearLimit = Math.fround(largestFloatSum(dim, largestSquaredDistance(dim, limit)));
  const found: { row: number; distance: number }[] = [];
  for (let first = 0; first < rows.length; first += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, rows.length - first);
    for (let i = 0; i < count; i++) addresses[i] = copied.addressOf(first + i, rows[first + i]);
    const within = look.functions.near_rows(at[0], at[2], count, 4 * stride, nearLimit, at[3], at[4]);
    for (let i = 0; i < within; i++) {
      const distance = Math.sqrt(squared[i]);
      if (distance <= limit) found.push({ row: rows[first + near[i]], distance });
    }
  }
  return {
    rows: Uint32Array.from(found, ({ row }) => row),
    distances: Float64Array.from(found, ({ distance }) => distance),
  };
}
