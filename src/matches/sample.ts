import { functionsOf, growTo, ownMemory } from "#base/web-assembly.ts";
import type { GrayPicture } from "#data/gray-picture.ts";
import type { Overlap } from "#matches/overlap.ts";

/** The functions of sample.wat, which says what they take and give. */
interface Functions {
  sample(
    width: number,
    height: number,
    u: number,
    v: number,
    count: number,
    x: number,
    xu: number,
    xv: number,
    y: number,
    yu: number,
    yv: number,
    out: number,
  ): void;
  correlation(a: number, b: number, count: number, least: number): number;
}

const memory = ownMemory();
const { sample, correlation } = functionsOf(new URL("./sample.wasm", import.meta.url), {
  room: { memory },
}) as Functions;

/** Where points lie in a frame, 0..1 along its width and its height. */
export interface FramePoints {
  readonly u: Float32Array;
  readonly v: Float32Array;
}

/** So many points along each axis, row by row, each in the middle of its cell. */
export function pointGrid(side: number): FramePoints {
  const points = { u: new Float32Array(side * side), v: new Float32Array(side * side) };
  for (let i = 0; i < side * side; i++) {
    points.u[i] = ((i % side) + 0.5) / side;
    points.v[i] = (Math.floor(i / side) + 0.5) / side;
  }
  return points;
}

/**
 * A picture, and points of a frame that is laid on it at places that change. They lie in the memory of the module: good until the next are
 * laid out.
 */
export class LaidPoints {
  readonly #width: number;
  readonly #height: number;
  readonly #count: number;
  /** Points with those that are filled in. */
  readonly #filled: number;
  /** Byte addresses. */
  readonly #u: number;
  readonly #v: number;
  readonly #out: number;
  readonly #expected: number;

  /** @param expected values of the points to be correlated with the picture's, of mean 0 */
  constructor({ width, height, values }: GrayPicture, { u, v }: FramePoints, expected?: Float32Array) {
    [this.#width, this.#height, this.#count] = [width, height, u.length];
    this.#filled = Math.ceil(u.length / 4) * 4;
    const numbers = (width + 1) * (height + 1);
    this.#u = Math.ceil(numbers / 4) * 16;
    [this.#v, this.#expected, this.#out] = [1, 2, 3].map((place) => this.#u + place * this.#filled * 4);
    const room = new Float32Array(growTo(memory, this.#out + this.#filled * 4));
    for (let y = 0; y <= height; y++) {
      const [from, to] = [Math.min(y, height - 1) * width, y * (width + 1)];
      for (let x = 0; x < width; x++) room[to + x] = values[from + x];
      room[to + width] = values[from + width - 1];
    }
    for (let i = 0; i < this.#filled; i++) {
      room[this.#u / 4 + i] = i < u.length ? u[i] - 0.5 : Number.NaN;
      room[this.#v / 4 + i] = i < u.length ? v[i] - 0.5 : Number.NaN;
      room[this.#expected / 4 + i] = expected && i < u.length ? expected[i] : 0;
    }
  }

  /** The picture's values at the points, between its pixels, when the frame lies at a place; NaN outside. */
  sample(place: Overlap): Float32Array {
    return this.sampleSome(place, 0, this.#count, 0, 0);
  }

  /**
   * The values at some of the points.
   *
   * @param first a multiple of 4; @param dx, dy pixels of the picture by which the points are shifted
   */
  sampleSome(place: Overlap, first: number, count: number, dx: number, dy: number): Float32Array {
    this.#read(place, first, Math.ceil(count / 4) * 4, dx, dy);
    return new Float32Array(memory.buffer, this.#out, count).slice();
  }

  /** How well the picture correlates, −1..1, with what is expected of the points that lie on it; −1 where not even a quarter does. */
  correlation(place: Overlap): number {
    this.#read(place, 0, this.#filled, 0, 0);
    return correlation(this.#out, this.#expected, this.#filled, this.#count / 4);
  }

  #read(
    { left, top, width, height, turn, shear }: Overlap,
    first: number,
    count: number,
    dx: number,
    dy: number,
  ): void {
    const [wide, high] = [width * this.#width, height * this.#height];
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const x = left * this.#width + wide / 2 + dx;
    const y = top * this.#height + high / 2 + dy;
    const [xv, yv] = [high * (cos * shear - sin), high * (sin * shear + cos)];
    const points = [this.#width, this.#height, this.#u + 4 * first, this.#v + 4 * first, count] as const;
    sample(...points, x, cos * wide, xv, y, sin * wide, yv, this.#out);
  }
}
