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
 * Slides a piece over a ground, around which everything is 0. Pictures whose mean is 0 everywhere, as `evened` makes them, lose nothing by
 * that.
 *
 * @param overX, overY pixels by which the piece may stick out
 */
export function slideOver(ground: GrayPicture, piece: GrayPicture, overX: number, overY: number): Products {
  const [groundWidth, groundHeight] = [ground.width + 2 * overX, ground.height + 2 * overY];
  const pieceWidth = Math.ceil(piece.width / 4) * 4;
  const across = groundWidth - piece.width + 1;
  const down = groundHeight - piece.height + 1;
  // the last row of the ground is read a little beyond its end
  const groundNumbers = groundWidth * groundHeight + 4;
  const pieceNumbers = pieceWidth * piece.height;
  const pieceAt = Math.ceil(groundNumbers / 4) * 4;
  const outAt = pieceAt + pieceNumbers;
  const room = new Float32Array(growTo(memory, (outAt + across * down) * 4));
  room.fill(0, 0, outAt);
  for (let y = 0; y < ground.height; y++) {
    room.set(ground.values.subarray(y * ground.width, (y + 1) * ground.width), (y + overY) * groundWidth + overX);
  }
  for (let y = 0; y < piece.height; y++) {
    room.set(piece.values.subarray(y * piece.width, (y + 1) * piece.width), pieceAt + y * pieceWidth);
  }
  slide(0, groundWidth * 4, pieceAt * 4, pieceWidth * 4, piece.height, across, down, outAt * 4);
  return { values: room.subarray(outAt, outAt + across * down), across, down };
}
