import type { GrayPicture } from "#data/gray-picture.ts";
import type { Overlap } from "#matches/overlap.ts";

/** The value between pixels, in pixels from the corner; NaN outside. */
export function valueAt({ width, height, values }: GrayPicture, x: number, y: number): number {
  if (x < 0 || y < 0 || x > width || y > height) return Number.NaN;
  const px = Math.min(Math.max(x - 0.5, 0), width - 1);
  const py = Math.min(Math.max(y - 0.5, 0), height - 1);
  const left = Math.floor(px);
  const top = Math.floor(py);
  const right = left + 1 < width ? left + 1 : left;
  const below = top + 1 < height ? top + 1 : top;
  const fx = px - left;
  const fy = py - top;
  const upper = values[top * width + left] * (1 - fx) + values[top * width + right] * fx;
  const lower = values[below * width + left] * (1 - fx) + values[below * width + right] * fx;
  return upper * (1 - fy) + lower * fy;
}

/** Turns places of the inner frame (0..1) into pixels of the outer picture. */
export class PlacesOn {
  readonly #middleX: number;
  readonly #middleY: number;
  readonly #width: number;
  readonly #height: number;
  readonly #cos: number;
  readonly #sin: number;
  readonly #shear: number;

  constructor(outer: GrayPicture, { left, top, width, height, turn, shear }: Overlap) {
    this.#width = width * outer.width;
    this.#height = height * outer.height;
    this.#middleX = left * outer.width + this.#width / 2;
    this.#middleY = top * outer.height + this.#height / 2;
    this.#cos = Math.cos(turn);
    this.#sin = Math.sin(turn);
    this.#shear = shear;
  }

  x(u: number, v: number): number {
    const y = (v - 0.5) * this.#height;
    return this.#middleX + this.#cos * ((u - 0.5) * this.#width + this.#shear * y) - this.#sin * y;
  }

  y(u: number, v: number): number {
    const y = (v - 0.5) * this.#height;
    return this.#middleY + this.#sin * ((u - 0.5) * this.#width + this.#shear * y) + this.#cos * y;
  }
}
