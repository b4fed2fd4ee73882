import type { GrayPicture } from "#data/gray-picture.ts";
import { type Agreement, agreementOf, PLAIN } from "#matches/agreement.ts";
import { findOverlaps, significance } from "#matches/find-overlaps.ts";
import { type Overlap, SAME_FRAME } from "#matches/overlap.ts";
import { PreparedPicture } from "#matches/prepared-picture.ts";
import { refineOverlap, scoreAt } from "#matches/refine-overlap.ts";

/** What laying two pictures over each other showed. */
export interface Comparison extends Agreement {
  readonly isCopy: boolean;
  /** Neither shows anything, as pictures of one colour: laying them over each other tells nothing. */
  readonly arePlain: boolean;
  readonly isMirrored: boolean;
  /** Whether the second picture lies within the first, or the first within the second. */
  readonly inner: "second" | "first";
  readonly overlap: Overlap;
}

/**
 * A copy agrees nearly everywhere, though a blurred one is nowhere identical; or where masks and texts leave it alone, and then it is
 * identical there. Look-alikes (two revolvers, two portraits of one person) agree in their outlines, and are identical in half of those.
 * Shares of the informative cells, measured on edited photos and on look-alikes among real ones.
 */
const AGREEING_NEARLY_EVERYWHERE = 0.8;
const LEAST_LIKENESS = 0.88;
const IDENTICAL_OF_AGREEING = 0.8;
const LEAST_CELLS = 10;
/** With so much of both together, no better place is looked for. */
const CERTAIN_LIKENESS = 1.5;

/** Places that are refined, of all that are found; those with less correlation are chance. */
const REFINED = 4;
const LEAST_SCORE = 0.25;

/**
 * Whether one picture is a copy of the other: cropped, framed, mirrored, turned a little, masked, written over or of another tone. Tries
 * the same frame first, then every place of one on the other.
 */
export function comparePictures(first: GrayPicture, second: GrayPicture): Comparison {
  let best: Comparison | undefined;
  for (const found of attempts(new PreparedPicture(first), new PreparedPicture(second))) {
    if (isCertain(found)) return found;
    best = better(best, found);
  }
  return best ?? { ...NOTHING_IN_COMMON, arePlain: isPlain(first) && isPlain(second) };
}

function isPlain({ values }: GrayPicture): boolean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance) < PLAIN;
}

const NOTHING_IN_COMMON: Comparison = {
  isCopy: false,
  arePlain: false,
  isMirrored: false,
  inner: "second",
  overlap: SAME_FRAME,
  informative: 0,
  agreeing: 0,
  identical: 0,
};

/** One way to lay the second picture over the first. */
interface Way extends Pick<Comparison, "isMirrored" | "inner"> {
  readonly outer: PreparedPicture;
  readonly within: PreparedPicture;
}

/** The quickest first: each next one is only computed when it is asked for. */
function* attempts(first: PreparedPicture, second: PreparedPicture): Generator<Comparison> {
  const ways = [false, true].flatMap((isMirrored): Way[] => {
    const seen = isMirrored ? second.mirrored : second;
    return [
      { isMirrored, inner: "second", outer: first, within: seen },
      { isMirrored, inner: "first", outer: seen, within: first },
    ];
  });
  for (const way of ways) {
    const isWorthwhile = () => scoreAt(way.outer.refinable, way.within.refinable, SAME_FRAME) >= LEAST_SCORE;
    if (way.inner === "second" && isWorthwhile()) yield judged(way, SAME_FRAME);
  }
  const places = ways.flatMap((way) =>
    findOverlaps(way.outer.small, way.within.small, REFINED).map((place) => ({ way, place })),
  );
  places.sort((a, b) => significance(b.place) - significance(a.place));
  for (const { way, place } of places.slice(0, REFINED)) if (place.score >= LEAST_SCORE) yield judged(way, place);
}

function judged({ isMirrored, inner, outer, within }: Way, start: Overlap): Comparison {
  const { left, top, width, height, turn } = refineOverlap(outer.refinable, within.refinable, start);
  const overlap = { left, top, width, height, turn };
  const agreement = agreementOf(outer.ground, within.gray, overlap);
  const isCopy = showsCopy(agreement);
  return { isMirrored, inner, ...agreement, isCopy, arePlain: false, overlap };
}

function likeness({ agreeing, identical, informative }: Agreement): number {
  return informative === 0 ? 0 : (agreeing + identical) / informative;
}

function showsCopy(agreement: Agreement): boolean {
  const { agreeing, identical, informative } = agreement;
  if (agreeing < LEAST_CELLS) return false;
  if (agreeing >= AGREEING_NEARLY_EVERYWHERE * informative) return true;
  return likeness(agreement) >= LEAST_LIKENESS && identical >= IDENTICAL_OF_AGREEING * agreeing;
}

function isCertain(found: Comparison): boolean {
  return found.isCopy && likeness(found) >= CERTAIN_LIKENESS;
}

function better(best: Comparison | undefined, found: Comparison): Comparison {
  if (!best) return found;
  if (found.isCopy !== best.isCopy) return found.isCopy ? found : best;
  return likeness(found) > likeness(best) ? found : best;
}
