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
 * Grounds of one size that pieces are slid over, around which everything is 0. Pictures whose mean is 0 everywhere, as `evened` makes them,
 * lose nothing by that. They lie in the memory of the module: good until the next grounds are laid out.
 */
export class SlidGrounds {
  readonly #width: number;
  readonly #height: number;
  readonly #margin: number;
  readonly #count: number;
  /** Numbers that a row, and a ground, take. */
  readonly #rowNumbers: number;
  readonly #groundNumbers: number;

  /** @param margin pixels by which a piece may stick out at most */
  constructor(grounds: readonly GrayPicture[], margin: number) {
    this.#width = grounds[0].width;
    this.#height = grounds[0].height;
    this.#margin = margin;
    this.#count = grounds.length;
    this.#rowNumbers = this.#width + 2 * margin;
    // the last row of a ground is read a little beyond its end
    this.#groundNumbers = Math.ceil((this.#rowNumbers * (this.#height + 2 * margin)) / 4 + 1) * 4;
    const room = new Float32Array(growTo(memory, grounds.length * this.#groundNumbers * 4));
    room.fill(0, 0, grounds.length * this.#groundNumbers);
    for (const [i, { width, height, values }] of grounds.entries()) {
      for (let y = 0; y < height; y++) {
        const to = i * this.#groundNumbers + (y + margin) * this.#rowNumbers + margin;
        for (let x = 0; x < width; x++) room[to + x] = values[y * width + x];
      }
    }
  }

  /**
   * Slides a piece over each of the grounds.
   *
   * @param overX, overY pixels by which the piece may stick out
   */
  slide(piece: GrayPicture, overX: number, overY: number): Products[] {
    const across = this.#width + 2 * overX - piece.width + 1;
    const down = this.#height + 2 * overY - piece.height + 1;
    const rowNumbers = Math.ceil(piece.width / 4) * 4;
    const pieceAt = this.#count * this.#groundNumbers;
    const outAt = pieceAt + rowNumbers * piece.height;
    const room = new Float32Array(growTo(memory, (outAt + this.#count * across * down) * 4));
    for (let y = 0; y < piece.height; y++) {
      const to = pieceAt + y * rowNumbers;
      for (let x = 0; x < piece.width; x++) room[to + x] = piece.values[y * piece.width + x];
      for (let x = piece.width; x < rowNumbers; x++) room[to + x] = 0;
    }
    const corner = (this.#margin - overY) * this.#rowNumbers + this.#margin - overX;
    return Array.from({ length: this.#count }, (_, i) => {
      const ground = (i * this.#groundNumbers + corner) * 4;
      const out = outAt + i * across * down;
      slide(ground, this.#rowNumbers * 4, pieceAt * 4, rowNumbers * 4, piece.height, across, down, out * 4);
      return { values: room.subarray(out, out + across * down), across, down };
    });
  }
}
