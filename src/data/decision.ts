/**
 * What a person may decide on an image: `keep` makes it a keeper, `drop` says that it is not wanted, `not-duplicate` that it and the keeper
 * beside which it was shown are two images for good.
 */
export const DECISIONS = ["keep", "drop", "not-duplicate"] as const;

export type Decision = (typeof DECISIONS)[number];

/** An image as a person saw it. */
export interface DecidedImage {
  /** Object id. */
  readonly path: string;
  /** Of its bytes, 64 hexadecimal digits; empty where features came without pictures. */
  readonly sha256: string;
}

/** What was decided on one image alone. */
export interface ImageDecision {
  /** Empty where there is nothing but a note. */
  readonly decision: "keep" | "drop" | "";
  readonly note: string;
}

/** What was decided on an image; with `not-duplicate`, on two. */
export interface DecisionRecord {
  /** Empty where there is nothing but a note. */
  readonly decision: Decision | "";
  readonly image: DecidedImage;
  /** The other one of `not-duplicate`. */
  readonly other: DecidedImage | undefined;
  readonly note: string;
}
