import type { GrayPicture } from "#data/gray-picture.ts";
import { type Agreement, agreementOf, PLAIN } from "#matches/agreement.ts";
import { type Overlap, SAME_FRAME } from "#matches/overlap.ts";
import { PreparedPicture } from "#matches/prepared-picture.ts";
import { refineOverlap, refineWhereAgreed } from "#matches/refine-overlap.ts";
import { mayOverlap, type Start, startingPlaces, type Way } from "#matches/starting-places.ts";

/** What laying two pictures over each other showed. */
export interface Comparison extends Agreement {
  readonly isCopy: boolean;
  /** Neither shows anything, as pictures of one colour: laying them over each other tells nothing. */
  readonly arePlain: boolean;
  readonly isMirrored: boolean;
  readonly inner: Way["inner"];
  readonly overlap: Overlap;
  /** How well the two correlate where they lie over each other, small and of even tone, −1..1. */
  readonly correlation: number;
}

/**
 * A copy agrees nearly everywhere, though a blurred one is nowhere identical; or, noisy or saved badly, it correlates as a whole as no
 * look-alike does; or masks and texts leave it alone in places, and there it is identical. Look-alikes (two revolvers, two portraits of one
 * person before other walls) agree in their outlines, and are identical in many of those, but nearly to the pixel in few. Shares of the
 * informative cells, measured on edited photos and on look-alikes among real ones.
 */
const AGREEING_NEARLY_EVERYWHERE = 0.8;
const LEAST_LIKENESS = 0.76;
const IDENTICAL_OF_AGREEING = 0.8;
const EXACT_OF_RELATED = 0.6;
const LEAST_CELLS = 10;
const CORRELATION_OF_COPIES = 0.9;
const AGREEING_BY_HALF = 0.5;
/** With so much of both together, no better place is looked for. */
const CERTAIN_LIKENESS = 1.5;

/** Less correlation after refining is chance. */
const LEAST_CORRELATION = 0.5;

/**
 * Whether one picture is a copy of the other: cropped, framed, mirrored, turned a little, masked, written over or of another tone. Tries
 * the same frame first, then every place of one on the other.
 */
export function comparePictures(first: GrayPicture, second: GrayPicture): Comparison {
  let best: Comparison | undefined;
  for (const start of startingPlaces(new PreparedPicture(first), new PreparedPicture(second))) {
    const found = judged(start);
    if (!found) continue;
    if (isCertain(found)) return found;
    best = better(best, found);
  }
  return best ?? { ...NOTHING_IN_COMMON, arePlain: isPlain(first) && isPlain(second) };
}

/**
 * Whether `comparePictures` could find more than nothing: a first look at small pictures that tells most unlike ones apart.
 *
 * @param first, second of `smallPicture`
 */
export function mayResemble(first: PreparedPicture, second: PreparedPicture): boolean {
  return (isPlain(first.gray) && isPlain(second.gray)) || mayOverlap(first, second);
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
  exact: 0,
  related: 0,
  correlation: 0,
};

/** Undefined where the two have nothing in common. */
function judged({ way, place }: Start): Comparison | undefined {
  const { isMirrored, inner, outer, within } = way;
  const { score: correlation, ...first } = refineOverlap(outer.refinable, within.refinable, place);
  if (correlation < LEAST_CORRELATION) return undefined;
  const laidOver = (overlap: Overlap) => {
    const { agreesAt, ...agreement } = agreementOf(outer.ground, within.gray, overlap);
    const isCopy = showsCopy({ ...agreement, correlation });
    const found: Comparison = { isMirrored, inner, correlation, overlap, ...agreement, isCopy, arePlain: false };
    return { found, agreesAt };
  };
  const { found, agreesAt } = laidOver(first);
  if (isCertain(found) || found.agreeing < LEAST_CELLS) return found;
  const second = refineWhereAgreed(outer.finelyRefinable, within.finelyRefinable, first, agreesAt);
  return better(found, laidOver(second).found);
}

function likeness({ agreeing, identical, informative }: Agreement): number {
  return informative === 0 ? 0 : (agreeing + identical) / informative;
}

function showsCopy(agreement: Agreement & Pick<Comparison, "correlation">): boolean {
  const { agreeing, identical, exact, related, informative, correlation } = agreement;
  if (agreeing < LEAST_CELLS) return false;
  if (agreeing >= AGREEING_NEARLY_EVERYWHERE * informative) return true;
  if (correlation >= CORRELATION_OF_COPIES && agreeing >= AGREEING_BY_HALF * informative) return true;
  const isExact = exact >= EXACT_OF_RELATED * related && identical >= IDENTICAL_OF_AGREEING * agreeing;
  return isExact && likeness(agreement) >= LEAST_LIKENESS;
}

function isCertain(found: Comparison): boolean {
  return found.isCopy && likeness(found) >= CERTAIN_LIKENESS;
}

function better(best: Comparison | undefined, found: Comparison): Comparison {
  if (!best) return found;
  if (found.isCopy !== best.isCopy) return found.isCopy ? found : best;
  return likeness(found) > likeness(best) ? found : best;
}
