import type { RowSketches } from "#search/sketch.ts";

/**
 * How sketches become whole numbers of one byte: coordinates are mixed, so that none is much larger than the others and one step suits
 * all; then number ≈ step · q, q in −127 … 127. Of the rest, `restCentre` is taken off first. Each row's error is measured, so any step
 * is correct; a good one is fast.
 */
export interface Quantiser {
  readonly step: number;
  readonly restCentre: number;
  /** Coordinates and rest. */
  readonly numbers: number;
  /** Further columns of an operand, which hold what is taken off for a right row; see `takenOff`. */
  readonly digits: number;
  /** Of the search, in scaled units. */
  readonly radius: number;
  /** Slack that byte numbers of left rows rarely pass, in scaled units. */
  readonly usualSlack: number;
}

export const MOST = 127;

/** A left row's value over the digit columns: −128 for all but the last, −1 for that. */
const LARGE_DIGIT = 128;

/** Shares of a sample's numbers that fit into a byte, to choose from; the few others are cut off, which costs their rows some slack. */
const KEPT_SHARES = [0.999, 0.9997, 0.9999, 0.99999, 1];

/** Share of left rows whose slack the operands of right rows allow for; the few others widen the limit of a whole row. */
const USUAL_SHARE = 0.9;

/** Room for rows that are longer than those of the sample. */
const LONGER_THAN_SAMPLE = 1.5;

/** Numbers an operand has for each row. */
export function depthOf({ numbers, digits }: Quantiser): number {
  return numbers + digits;
}

/**
 * Fits the step to a sample: a fine one rounds little, a coarse one leaves fewer numbers too large for a byte. The one is taken with which the
 * rows of the sample lose least.
 */
export function fitQuantiser({ values, slacks, rowCount, width }: RowSketches, radius: number): Quantiser {
  const numbers = width + 1;
  let restCentre = 0;
  for (let row = 0; row < rowCount; row++) restCentre += values[row * numbers + width] / rowCount;
  const sketchOf = (row: number) => values.subarray(row * numbers, (row + 1) * numbers);
  const sizes = new Float64Array(rowCount * numbers);
  for (let row = 0; row < rowCount; row++) {
    mix(sketchOf(row), restCentre, sizes.subarray(row * numbers, (row + 1) * numbers));
  }
  for (let i = 0; i < sizes.length; i++) sizes[i] = Math.abs(sizes[i]);
  sizes.sort();
  const bytes = new Int8Array(numbers);
  const room = new Float64Array(numbers);
  const tried = KEPT_SHARES.map((share) => {
    const step = (quantile(sizes, share) || 1) / MOST;
    const quantiser = { step, restCentre, numbers, digits: 0, radius, usualSlack: 0 };
    let longest = 0;
    const byteSlacks = slacks.map((slack, row) => {
      const error = quantiseRow(sketchOf(row), quantiser, bytes, room);
      longest = Math.max(longest, squareOf(bytes));
      return slack + error;
    });
    const large = Math.ceil((LONGER_THAN_SAMPLE * longest) / 2 / (LARGE_DIGIT * MOST));
    const fitted: Quantiser = { ...quantiser, digits: large + 1, usualSlack: quantile(byteSlacks.sort(), USUAL_SHARE) };
    return { fitted, loss: byteSlacks.reduce((sum, slack) => sum + slack, 0) };
  });
  return tried.reduce((best, other) => (other.loss < best.loss ? other : best)).fitted;
}

/** @param sorted ascending */
function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor(sorted.length * share)] || (sorted[sorted.length - 1] ?? 0);
}

/** Squared length of byte numbers. */
export function squareOf(bytes: Int8Array): number {
  let square = 0;
  for (let c = 0; c < bytes.length; c++) square += bytes[c] * bytes[c];
  return square;
}

/**
 * Writes the byte numbers of a sketch.
 *
 * @param mixed room for the sketch's numbers, overwritten
 * @returns how far they are from it, in scaled units
 */
export function quantiseRow(
  sketch: Float32Array,
  quantiser: Quantiser,
  target: Int8Array,
  mixed: Float64Array,
): number {
  const { step, restCentre, numbers } = quantiser;
  mix(sketch, restCentre, mixed);
  const perStep = 1 / step;
  let squaredError = 0;
  let square = 0;
  for (let c = 0; c < numbers; c++) {
    const value = mixed[c];
    const number = Math.max(-MOST, Math.min(MOST, Math.floor(value * perStep + 0.5)));
    const error = value - step * number;
    target[c] = number;
    squaredError += error * error;
    square += value * value;
  }
  // the second part covers the rounding of mixing in float64, the factor that of the sums
  return (Math.sqrt(squaredError) + Math.sqrt(square) * 2 ** -45) * (1 + 1e-9);
}

/**
 * Turns the coordinates of a sketch by an orthonormal matrix, which leaves distances as they are: a Walsh–Hadamard transform over
 * as many interleaved parts as the largest power of two that divides their number.
 */
export function mix(sketch: Float32Array, restCentre: number, mixed: Float64Array): void {
  const width = sketch.length - 1;
  mixed.set(sketch);
  mixed[width] -= restCentre;
  const parts = width & -width;
  const stride = width / Math.max(1, parts);
  for (let half = stride; half < width; half *= 2) {
    for (let first = 0; first < width; first += 2 * half) {
      for (let c = first; c < first + half; c++) {
        const a = mixed[c];
        const b = mixed[c + half];
        mixed[c] = a + b;
        mixed[c + half] = a - b;
      }
    }
  }
  const shrink = 1 / Math.sqrt(Math.max(1, parts));
  for (let c = 0; c < width; c++) mixed[c] *= shrink;
}

/** What a left row holds over the digit columns. */
export function leftDigits({ digits }: Quantiser): number[] {
  return Array.from({ length: digits }, (_, i) => (i < digits - 1 ? -LARGE_DIGIT : -1));
}

/**
 * What is to be taken off the products with a right row, so that all of its columns are measured by one limit of the left row: half its
 * squared length, less what its own slack allows it to be farther.
 *
 * @param square of its byte numbers; @param byteSlack in scaled units
 */
export function takenOff(square: number, byteSlack: number, { step, radius, usualSlack }: Quantiser): number {
  const slack = byteSlack / step;
  const allowed = slack * ((2 * (radius + usualSlack)) / step + slack);
  return Math.floor((square - allowed * (1 + 1e-9)) / 2);
}

/**
 * Writes a whole number as digits of a right row, so that left · right takes it off. Where there is not room enough, a positive one is
 * cut: the row then looks nearer than it is, and is looked at again.
 *
 * @returns by how much more is taken off than was asked for: 0 but for negative numbers without room
 */
export function writeDigits(
  number: number,
  { digits }: Quantiser,
  write: (digit: number, value: number) => void,
): number {
  const sign = Math.sign(number);
  let left = Math.abs(number);
  for (let digit = 0; digit < digits - 1; digit++) {
    const value = Math.min(MOST, Math.floor(left / LARGE_DIGIT));
    write(digit, sign * value);
    left -= value * LARGE_DIGIT;
  }
  const last = Math.min(MOST, left);
  write(digits - 1, sign * last);
  return sign < 0 ? left - last : 0;
}
