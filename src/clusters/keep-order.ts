import type { ImageDecision } from "#data/decision.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { isLabeled, type Label } from "#data/label.ts";

/** A reason to keep one image rather than another; `path` prefers the smaller object id. */
export type KeepRule = "reference" | "labeled" | "pixels" | "bytes" | "path";

/** Negative where the first row is kept rather than the second, positive where the second is; 0 only for a row and itself. */
export type KeepOrder = (a: number, b: number) => number;

type Score = (row: number) => number;

/** What the order asks of images, by row; rows are in id order. */
interface KnownImages {
  readonly images: readonly ImageRecord[];
  readonly labels: readonly (Label | undefined)[];
  readonly decisions: readonly (ImageDecision | undefined)[];
}

const WORTH = { keep: 1, "": 0, drop: -1 };

/**
 * The order in which images are kept: what a person decided comes first, then the first rule that tells two apart decides; the smaller row
 * when none does.
 */
export function keepOrder({ images, labels, decisions }: KnownImages, rules: readonly KeepRule[]): KeepOrder {
  const decided: Score = (row) => WORTH[decisions[row]?.decision ?? ""];
  const scores: Record<KeepRule, Score> = {
    reference: (row) => Number(images[row].reference),
    labeled: (row) => Number(isLabeled(labels[row])),
    pixels: (row) => images[row].width * images[row].height,
    bytes: (row) => images[row].bytes,
    path: (row) => -row,
  };
  const order = [decided, ...rules.map((rule) => scores[rule])];
  return (a, b) => {
    for (const score of order) {
      const difference = score(b) - score(a);
      if (difference !== 0) return difference;
    }
    return a - b;
  };
}
