import { readSync } from "node:fs";

/** Consecutive rows of an index: in shared memory, or in a file that is open. Threads read either without a copy to the others. */
export interface StoredRowsPart {
  /** Number of its first row. */
  readonly first: number;
  readonly rowCount: number;
  readonly rows: RowsInMemory | RowsInFile;
}

interface RowsInMemory {
  /** float32 in shared memory, shape (rowCount, dim). */
  readonly values: Float32Array;
}

interface RowsInFile {
  /** Of the open file. */
  readonly descriptor: number;
  /** Where row 0 begins, in bytes. */
  readonly offset: number;
  /** Which row of the file each row is, shape (rowCount,); undefined where they are the same. */
  readonly places?: Uint32Array | undefined;
}

/** All rows of an index, wherever they lie. */
export class StoredRows {
  readonly #parts: readonly StoredRowsPart[];
  readonly #dim: number;

  /** @param parts in the order of their rows */
  constructor(parts: readonly StoredRowsPart[], dim: number) {
    this.#parts = parts;
    this.#dim = dim;
  }

  /**
   * Copies a row.
   *
   * @param target float32, shape (dim,)
   * @throws Error when the file ends before the row does, or cannot be read
   */
  copy(row: number, target: Float32Array): void {
    const { first, rows } = this.#partOf(row);
    const place = row - first;
    if ("values" in rows) {
      target.set(rows.values.subarray(place * this.#dim, (place + 1) * this.#dim));
      return;
    }
    const { descriptor, offset, places } = rows;
    const bytes = new Uint8Array(target.buffer, target.byteOffset, this.#dim * Float32Array.BYTES_PER_ELEMENT);
    const start = offset + (places ? places[place] : place) * bytes.length;
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(descriptor, bytes, done, bytes.length - done, start + done);
      if (read === 0) throw new Error(`Expected row ${row} of the features in their file, found its end`);
      done += read;
    }
  }

  #partOf(row: number): StoredRowsPart {
    let [low, high] = [0, this.#parts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#parts[middle].first <= row) low = middle;
      else high = middle - 1;
    }
    return this.#parts[low];
  }
}
