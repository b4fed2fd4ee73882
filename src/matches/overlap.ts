/** Where the frame of one picture, the inner, lies on another, the outer, in units of the outer's width and height. */
export interface Overlap {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Turned around its middle, in radians, in square pixels of the outer. */
  readonly turn: number;
}

/** Where one frame lies exactly on the other. */
export const SAME_FRAME: Overlap = { left: 0, top: 0, width: 1, height: 1, turn: 0 };
