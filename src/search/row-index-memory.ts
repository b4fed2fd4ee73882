import { sharedMemory, type WorkMemory } from "#base/web-assembly.ts";
import { type EncodedLevel, filledUpBytes } from "#search/encoded-level.ts";

/** The byte numbers of all rows of an index at one width and what else its threads share: where each part begins, in bytes. */
export interface RowIndexMemory {
  readonly memory: WorkMemory<SharedArrayBuffer>;
  readonly rowCount: number;
  /** Of a row: its numbers, filled up with zeros. */
  readonly bytes: number;
  /** Of each part of the rows: the query's numbers, int16. */
  readonly queries: number;
  /** Squared lengths of the byte numbers, int32, shape (rows,). */
  readonly squares: number;
  /** How far the byte numbers may be from the row, in scaled units, float32 rounded up, shape (rows,). */
  readonly slacks: number;
  /** Lower bounds of the latest query, float32, shape (rows,). */
  readonly bounds: number;
  /** Rows that were found near, uint32, shape (rows,). */
  readonly near: number;
  /** Byte numbers, int8, shape (rows, bytes). */
  readonly rows: number;
}

/** Rows are looked at four at a time. */
export const ROWS_AT_ONCE = 4;

/**
 * Memory for an index.
 *
 * @param numbers of a sketch; @param parts that are searched at the same time
 * @throws RangeError when it needs more than 4 GiB
 */
export function rowIndexMemory(rowCount: number, numbers: number, parts: number): RowIndexMemory {
  const bytes = filledUpBytes(numbers);
  let end = 0;
  const take = (size: number) => {
    const start = end;
    end = Math.ceil((start + size) / 64) * 64;
    return start;
  };
  const each = 4 * Math.ceil(rowCount / ROWS_AT_ONCE) * ROWS_AT_ONCE;
  const layout = {
    rowCount,
    bytes,
    queries: take(2 * bytes * parts),
    squares: take(each),
    slacks: take(each),
    bounds: take(each),
    near: take(each),
    rows: take(rowCount * bytes),
  };
  return { memory: sharedMemory(end), ...layout };
}

/** Puts encoded rows in their place: `firstRow` is the number of the first. */
export function putRows(
  { memory, bytes, rows, squares, slacks, rowCount }: RowIndexMemory,
  encoded: EncodedLevel,
  firstRow: number,
): void {
  new Int8Array(memory.buffer, rows, rowCount * bytes).set(encoded.numbers, firstRow * bytes);
  new Int32Array(memory.buffer, squares, rowCount).set(encoded.squares, firstRow);
  new Float32Array(memory.buffer, slacks, rowCount).set(encoded.slacks, firstRow);
}
