import type { ImageRecord } from "#data/image-record.ts";
import type { Label } from "#data/label.ts";

/** A reason to keep one image rather than another; `path` prefers the smaller object id. */
export type KeepRule = "reference" | "labeled" | "pixels" | "bytes" | "path";

type Score = (row: number) => number;

/**
 * Chooses which image of a group stays: the first rule that tells two images apart decides; the smaller row when none does.
 *
 * @param images, labels by row; rows are in id order
 */
export function keeperChooser(
  images: readonly ImageRecord[],
  labels: readonly (Label | undefined)[],
  rules: readonly KeepRule[],
): (rows: readonly number[]) => number {
  const scores: Record<KeepRule, Score> = {
    reference: (row) => Number(images[row].reference),
    labeled: (row) => Number(labels[row] !== undefined),
    pixels: (row) => images[row].width * images[row].height,
    bytes: (row) => images[row].bytes,
    path: (row) => -row,
  };
  const order = rules.map((rule) => scores[rule]);
  const better = (a: number, b: number) => {
    for (const score of order) {
      const difference = score(a) - score(b);
      if (difference !== 0) return difference > 0 ? a : b;
    }
    return Math.min(a, b);
  };
  return (rows) => rows.reduce(better);
}
