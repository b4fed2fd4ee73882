import type { GrayPicture } from "#data/gray-picture.ts";
import { evened, scaled, summedSquares } from "#matches/resample.ts";

/** How finely places are searched. */
export interface Grain {
  /** Longer side of the outer picture, in pixels. */
  readonly side: number;
  /** Longer side of the picture that pieces of the inner one are made of. */
  readonly pieceSide: number;
  /** Sizes of the inner frame that are tried, of the largest of its shape that fits into the outer. */
  readonly fractions: readonly number[];
  /** Pixels on each side over which tone is evened. */
  readonly reach: number;
}

/** A picture of even tone that is slid over others, or over which others are slid. */
export interface Slidable extends GrayPicture {
  /** Sums of the squares of all pixels above and left of each corner. */
  readonly squares: Float64Array;
}

export const EVENING_FLOOR = 0.03;

export function slidable(picture: GrayPicture, width: number, height: number, reach: number): Slidable {
  const even = evened(scaled(picture, width, height), reach, EVENING_FLOOR);
  return { width, height, values: even.values, squares: summedSquares(even) };
}
