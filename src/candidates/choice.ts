/** One choice of an order. */
export interface Choice {
  /** Number of the image. */
  readonly row: number;
  /** Its nearest earlier choice and the distance to it, plain L2; undefined for the first choice. */
  readonly nearestChosen: { readonly row: number; readonly distance: number } | undefined;
  /** Largest distance of any image to what is labeled or chosen, after this choice. */
  readonly coverageRadius: number;
}

/** Follows how far images are from all that is labeled or chosen; plain L2. */
export interface CoverageState {
  add(image: number): void;
  /** The image no longer may be chosen, nor has it to be covered. */
  leaveOut(image: number): void;
  /** The image that may be chosen and is farthest; −1 when there is none. */
  farthest(): Promise<number>;
  radius(): Promise<number>;
  nearestChosen(image: number): Choice["nearestChosen"];
}

/** Says which image comes next. */
export interface ChoosingOrder {
  /** −1 when none is left. */
  next(): Promise<number>;
  /** Learns that an image was chosen. */
  take(image: number): void;
  /** The image no longer may be chosen. */
  leaveOut(image: number): void;
  /** The nearest choice so far, where the order knows it. */
  nearestChosen?(image: number): Choice["nearestChosen"];
}
