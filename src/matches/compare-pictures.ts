import type { GrayPicture } from "#data/gray-picture.ts";
import { type Agreement, agreementOf, PLAIN } from "#matches/agreement.ts";
import { DetailedPicture } from "#matches/detailed-picture.ts";
import { laid, type Place } from "#matches/find-places.ts";
import type { Overlap } from "#matches/overlap.ts";
import { refineWhereAgreed } from "#matches/refine-overlap.ts";

/** What laying two pictures over each other showed. */
export interface Comparison extends Agreement, Place {
  readonly isCopy: boolean;
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

/** With a smaller share of the cells agreeing, refining a place to the pixel makes no copy of it. */
const AGREEING_AT_LEAST = 0.3;

/**
 * Whether one picture is a copy of the other: cropped, framed, mirrored, turned a little, masked, written over or of another tone. Lays
 * them over each other at each place, until one shows it beyond doubt.
 *
 * @param places of `findPlaces`
 * @returns undefined where there is no place
 */
export function comparePictures(
  first: GrayPicture,
  second: GrayPicture,
  places: readonly Place[],
): Comparison | undefined {
  const [ours, theirs] = [new DetailedPicture(first), new DetailedPicture(second)];
  let best: Comparison | undefined;
  for (const place of places) {
    const found = judged(place, laid(place, ours, theirs));
    if (isCertain(found)) return found;
    best = better(best, found);
  }
  return best;
}

/** Whether a picture shows nothing, as one of one colour: laying it over others tells nothing. */
export function isPlain({ values }: GrayPicture): boolean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return Math.sqrt(variance) < PLAIN;
}

function judged(place: Place, { outer, within }: { outer: DetailedPicture; within: DetailedPicture }): Comparison {
  const laidOver = (overlap: Overlap) => {
    const { agreesAt, ...agreement } = agreementOf(outer.ground, within.gray, overlap);
    const isCopy = showsCopy({ ...agreement, correlation: place.correlation });
    return { found: { ...place, overlap, ...agreement, isCopy }, agreesAt };
  };
  const { found, agreesAt } = laidOver(place.overlap);
  if (isCertain(found) || found.agreeing < Math.max(LEAST_CELLS, AGREEING_AT_LEAST * found.informative)) return found;
  const refined = refineWhereAgreed(outer.finelyRefinable, within.finelyRefinable, place.overlap, agreesAt);
  return better(found, laidOver(refined).found);
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
