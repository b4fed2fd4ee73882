/**
 * Rows of a matrix in shared memory, copied into this thread's own when they are first asked for. The place of a row is its position
 * modulo their number, so the latest ones stay.
 */
export class CopiedRows {
  readonly #source: Float32Array;
  readonly #length: number;
  readonly #room: Float32Array;
  readonly #stride: number;
  /** Position of the row at each place; −1 where there is none. */
  readonly #positionAt: Int32Array;

  /**
   * @param source float32, shape (rows, length)
   * @param room float32, shape (places, stride), stride ≥ length; rows are filled up with zeros
   * @param positionAt what lies in the room already: the position at each place; see `noRows`
   */
  constructor(source: Float32Array, length: number, room: Float32Array, stride: number, positionAt: Int32Array) {
    this.#source = source;
    this.#length = length;
    this.#room = room;
    this.#stride = stride;
    this.#positionAt = positionAt;
  }

  /** Where, in bytes, the row at a position lies: until another comes to the same place. */
  addressOf(position: number, row = position): number {
    const place = position % this.#positionAt.length;
    const first = place * this.#stride;
    if (this.#positionAt[place] !== position) {
      const copied = this.#source.subarray(row * this.#length, (row + 1) * this.#length);
      this.#room.set(copied, first);
      this.#room.fill(0, first + copied.length, first + this.#stride);
      this.#positionAt[place] = position;
    }
    return this.#room.byteOffset + first * Float32Array.BYTES_PER_ELEMENT;
  }
}

/** The positions of an empty room. */
export function noRows(places: number): Int32Array {
  return new Int32Array(places).fill(-1);
}
