/** Rows as byte numbers of one width, and how far these may be from them. */
export interface EncodedLevel {
  /** int8, shape (rows, bytes): a row is filled up with zeros. */
  readonly numbers: Int8Array;
  /** Squared lengths of the byte numbers, shape (rows,). */
  readonly squares: Int32Array;
  /** In scaled units, rounded up, shape (rows,). */
  readonly slacks: Float32Array;
}

/** A row of byte numbers is filled up to a multiple of this. */
const ROW_MULTIPLE = 16;

/** Bytes that a row of so many byte numbers takes. */
export function filledUpBytes(numbers: number): number {
  return Math.ceil(numbers / ROW_MULTIPLE) * ROW_MULTIPLE;
}
