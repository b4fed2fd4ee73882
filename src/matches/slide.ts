import { functionsOf, growTo, ownMemory } from "#base/web-assembly.ts";
import type { GrayPicture } from "#data/gray-picture.ts";

/** The function of slide.wat, which says what it takes and gives. */
interface Functions {
  slide(
    ground: number,
    groundBytes: number,
    piece: number,
    pieceBytes: number,
    rows: number,
    across: number,
    down: number,
    out: number,
  ): void;
}

const memory = ownMemory();
const { slide } = functionsOf(new URL("./slide.wasm", import.meta.url), { room: { memory } }) as Functions;

/** Products of a piece with a ground, at every place where the piece lies on it or sticks out by at most so much. */
export interface Products {
  /** float32, shape (down, across); the first is of the piece that sticks out most to the left and above. Good until the next call. */
  readonly values: Float32Array;
  readonly across: number;
  readonly down: number;
}

/**
 * A ground that pieces are slid over, around which everything is 0. Pictures whose mean is 0 everywhere, as `evened` makes them, lose nothing
 * by that. It lies in the memory of the module: good until the next ground is laid out.
 */
export class SlidGround {
  readonly #width: number;
  readonly #height: number;
  readonly #margin: number;
  readonly #rowNumbers: number;
  /** Numbers that the ground takes. */
  readonly #numbers: number;

  /** @param margin pixels by which a piece may stick out at most */
  constructor({ width, height, values }: GrayPicture, margin: number) {
    [this.#width, this.#height, this.#margin] = [width, height, margin];
    this.#rowNumbers = width + 2 * margin;
    // the last row is read a little beyond its end
    this.#numbers = Math.ceil((this.#rowNumbers * (height + 2 * margin)) / 4 + 1) * 4;
    const room = new Float32Array(growTo(memory, this.#numbers * 4));
    room.fill(0, 0, this.#numbers);
    for (let y = 0; y < height; y++) {
      const to = (y + margin) * this.#rowNumbers + margin;
      for (let x = 0; x < width; x++) room[to + x] = values[y * width + x];
    }
  }

  /** @param overX, overY pixels by which the piece may stick out */
  slide(piece: GrayPicture, overX: number, overY: number): Products {
    const across = this.#width + 2 * overX - piece.width + 1;
    const down = this.#height + 2 * overY - piece.height + 1;
    const rowNumbers = Math.ceil(piece.width / 4) * 4;
    const outAt = this.#numbers + rowNumbers * piece.height;
    const room = new Float32Array(growTo(memory, (outAt + across * down) * 4));
    for (let y = 0; y < piece.height; y++) {
      const to = this.#numbers + y * rowNumbers;
      for (let x = 0; x < piece.width; x++) room[to + x] = piece.values[y * piece.width + x];
      for (let x = piece.width; x < rowNumbers; x++) room[to + x] = 0;
    }
    const corner = ((this.#margin - overY) * this.#rowNumbers + this.#margin - overX) * 4;
    const [groundBytes, pieceBytes] = [this.#rowNumbers * 4, rowNumbers * 4];
    slide(corner, groundBytes, this.#numbers * 4, pieceBytes, piece.height, across, down, outAt * 4);
    return { values: room.subarray(outAt, outAt + across * down), across, down };
  }
}
