import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { PairCollector } from "#data/pair-list.ts";
import { CopiedRows, noRows } from "#search/copied-rows.ts";
import { largestFloatSum, largestSquaredDistance } from "#search/error-bound.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";
import type { ComparisonResult } from "#search/tile-scan.ts";

/** Rows of a shard that take part in a comparison. */
interface ChosenRows {
  /** In shared memory. */
  readonly features: FeatureMatrix;
  /** Counted from the shard's first. */
  readonly rows: Uint32Array;
  readonly firstRow: number;
}

export interface FewComparison {
  readonly left: ChosenRows;
  /** Few; equal `firstRow` means the same shard. */
  readonly right: ChosenRows;
  /** Plain L2, inclusive. */
  readonly threshold: number;
}

/** Left rows that are held at once: so many of 1,024 numbers stay in a processor's cache. */
const BATCH_ROWS = 256;

const look = new SecondLook();

/** Finds every pair of rows within the threshold as they are: for few rows, sketches of all others would cost more than they save. Exact. */
export function compareFew(comparison: FewComparison): ComparisonResult {
  const { left, right } = comparison;
  const result = { pairs: new PairCollector(), skippedByBlock: 0, refined: 0 };
  const room = new FewRoom(comparison);
  const isSame = left.firstRow === right.firstRow;
  for (let first = 0; first < left.rows.length; first += BATCH_ROWS) {
    const end = Math.min(first + BATCH_ROWS, left.rows.length);
    room.hold(first, end);
    for (const [place, row] of right.rows.entries()) {
      // within one shard, only with the rows before
      const count = (isSame ? Math.min(end, place) : end) - first;
      if (count > 0) room.compare(place, row, count, result);
    }
  }
  return result;
}

/** Rows in WebAssembly's memory: all right ones, and a batch of left ones. */
class FewRoom {
  readonly #comparison: FewComparison;
  readonly #near: Uint32Array;
  readonly #squared: Float64Array;
  readonly #lefts: CopiedRows;
  readonly #rights: CopiedRows;
  readonly #addresses: Uint32Array;
  readonly #bytes: number;
  /** Squared, with room for the rounding of float32. */
  readonly #limit: number;

  /** Where the batch begins, among the left rows that were chosen. */
  #first = 0;

  constructor(comparison: FewComparison) {
    const { left, right, threshold } = comparison;
    const { dim } = left.features;
    const stride = filledUpVector(dim);
    const count = right.rows.length;
    const sizes = [count * stride, BATCH_ROWS * stride, BATCH_ROWS, BATCH_ROWS, 2 * BATCH_ROWS].map((size) => 4 * size);
    const { buffer, addresses: at } = look.takeRoom(sizes);
    const room = (address: number, rows: number) => new Float32Array(buffer, address, rows * stride);
    this.#comparison = comparison;
    this.#rights = new CopiedRows(right.features.values, dim, room(at[0], count), stride, noRows(count));
    this.#lefts = new CopiedRows(left.features.values, dim, room(at[1], BATCH_ROWS), stride, noRows(BATCH_ROWS));
    this.#addresses = new Uint32Array(buffer, at[2], BATCH_ROWS);
    this.#near = new Uint32Array(buffer, at[3], BATCH_ROWS);
    this.#squared = new Float64Array(buffer, at[4], BATCH_ROWS);
    this.#bytes = 4 * stride;
    this.#limit = Math.fround(largestFloatSum(dim, largestSquaredDistance(dim, threshold)));
  }

  /** Takes left rows in, by their places among those that were chosen. */
  hold(first: number, end: number): void {
    const { rows } = this.#comparison.left;
    for (let i = first; i < end; i++) this.#addresses[i - first] = this.#lefts.addressOf(i, rows[i]);
    this.#first = first;
  }

  /** Compares a right row with the first `count` held ones. */
  compare(place: number, row: number, count: number, result: ComparisonResult): void {
    const { left, right, threshold } = this.#comparison;
    const found = look.functions.near_rows(
      this.#rights.addressOf(place, row),
      this.#addresses.byteOffset,
      count,
      this.#bytes,
      this.#limit,
      this.#near.byteOffset,
      this.#squared.byteOffset,
    );
    result.refined += found;
    for (let i = 0; i < found; i++) {
      const distance = Math.sqrt(this.#squared[i]);
      const other = left.rows[this.#first + this.#near[i]];
      if (distance <= threshold) result.pairs.add(left.firstRow + other, right.firstRow + row, distance);
    }
  }
}
