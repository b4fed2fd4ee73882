/** Where the frame of one picture, the inner, lies on another, the outer, in units of the outer's width and height. */
export interface Overlap {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Turned around its middle, in radians, in square pixels of the outer. */
  readonly turn: number;
  /** How far a row lies to the right of the one above, in rows: before it is turned. */
  readonly shear: number;
}

/** Where one frame lies exactly on the other. */
export const SAME_FRAME: Overlap = { left: 0, top: 0, width: 1, height: 1, turn: 0, shear: 0 };

/** The same place when both pictures are seen in a mirror. */
export function mirroredOverlap<T extends Overlap>(overlap: T): T {
  const { left, width, turn, shear } = overlap;
  return { ...overlap, left: 1 - left - width, turn: -turn, shear: -shear };
}

export interface FoundOverlap extends Overlap {
  /** Correlation of what lies over each other, −1..1. */
  readonly score: number;
}

/** How unlikely a place is by chance: a large piece seldom correlates. */
export function significance({ score, width, height }: FoundOverlap): number {
  return score * Math.sqrt(Math.abs(width * height));
}
