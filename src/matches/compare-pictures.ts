import type { GrayPicture } from "#data/gray-picture.ts";
import { type Agreement, agreementOf, PLAIN } from "#matches/agreement.ts";
import { findOverlaps, significance } from "#matches/find-overlaps.ts";
import { mirroredOverlap, type Overlap, SAME_FRAME } from "#matches/overlap.ts";
import { PreparedPicture } from "#matches/prepared-picture.ts";
import { refineOverlap, refineWhereAgreed, scoreAt } from "#matches/refine-overlap.ts";

/** What laying two pictures over each other showed. */
export interface Comparison extends Agreement {
  readonly isCopy: boolean;
  /** Neither shows anything, as pictures of one colour: laying them over each other tells nothing. */
  readonly arePlain: boolean;
  readonly isMirrored: boolean;
  /** Whether the second picture lies within the first, or the first within the second. */
  readonly inner: "second" | "first";
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

/** Places that are refined, of all that are found. */
const REFINED = 4;
/** Less of it is chance: of the same frame's correlation, of a place's significance, and of the correlation after refining. */
const LEAST_SCORE = 0.25;
const LEAST_SIGNIFICANCE = 0.45;
const LEAST_CORRELATION = 0.5;

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
  exact: 0,
  related: 0,
  correlation: 0,
};

/** One way to lay the second picture over the first. */
interface Way extends Pick<Comparison, "isMirrored" | "inner"> {
  readonly outer: PreparedPicture;
  readonly within: PreparedPicture;
}

/** The quickest first: each next one is only computed when it is asked for. */
function* attempts(first: PreparedPicture, second: PreparedPicture): Generator<Comparison> {
  const straight: Way = { isMirrored: false, inner: "second", outer: first, within: second };
  const inMirror: Way = { ...straight, isMirrored: true, within: second.mirrored };
  for (const way of [straight, inMirror]) {
    if (scoreAt(way.outer.refinable, way.within.refinable, SAME_FRAME) < LEAST_SCORE) continue;
    const found = judged(way, SAME_FRAME);
    if (found) yield found;
  }
  const [places, mirroredPlaces] = findOverlaps([first.small, first.mirrored.small], second.small, REFINED);
  const [around, mirroredAround] = findOverlaps([second.small, second.mirrored.small], first.small, REFINED);
  const tries = [
    ...places.map((place) => ({ place, way: straight })),
    ...mirroredPlaces.map((place) => ({ place: mirroredOverlap(place), way: inMirror })),
    ...around.map((place) => ({ place, way: turnedAround(straight) })),
    ...mirroredAround.map((place) => ({ place, way: turnedAround(inMirror) })),
  ].filter(({ place }) => significance(place) >= LEAST_SIGNIFICANCE);
  tries.sort((a, b) => significance(b.place) - significance(a.place));
  for (const { way, place } of tries.slice(0, REFINED)) {
    const found = judged(way, place);
    if (found) yield found;
  }
}

function turnedAround({ isMirrored, outer, within }: Way): Way {
  return { isMirrored, inner: "first", outer: within, within: outer };
}

/** Undefined where the two have nothing in common. */
function judged({ isMirrored, inner, outer, within }: Way, start: Overlap): Comparison | undefined {
  const { score: correlation, ...first } = refineOverlap(outer.refinable, within.refinable, start);
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
