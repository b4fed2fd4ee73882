import { findOverlaps } from "#matches/find-overlaps.ts";
import { type FoundOverlap, mirroredOverlap, type Overlap, SAME_FRAME, significance } from "#matches/overlap.ts";
import type { PreparedPicture } from "#matches/prepared-picture.ts";
import { refineOverlap, scoreAt } from "#matches/refine-overlap.ts";
import type { Grain } from "#matches/slidable.ts";

/** Which of two pictures lies within the other, and whether the second is seen in a mirror. */
export interface Way {
  readonly isMirrored: boolean;
  readonly inner: "second" | "first";
}

/** A place at which two pictures correlate. */
export interface Place extends Way {
  readonly overlap: Overlap;
  /** How well the two correlate there, small and of even tone, −1..1. */
  readonly correlation: number;
}

const FINE: Grain = {
  side: 32,
  pieceSide: 64,
  fractions: [1, 0.93, 0.87, 0.81, 0.75, 0.7, 0.65, 0.6, 0.56, 0.52, 0.48, 0.44],
  reach: 4,
};
/** A thirtieth of the work. */
const COARSE: Grain = { side: 16, pieceSide: 32, fractions: [1, 0.87, 0.75, 0.65, 0.56, 0.48], reach: 2 };

/** Overlaps that are refined, of all that are found. */
const REFINED = 4;
/** Less of it is chance: of the same frame's correlation, of an overlap's significance, and of the correlation after refining. */
const LEAST_SCORE = 0.25;
const LEAST_SIGNIFICANCE = 0.45;
const LEAST_CORRELATION = 0.5;
/** With so much of it, no better place is looked for. */
const ENOUGH_CORRELATION = 0.95;
/**
 * Fewer pixels correlate more by chance. Nine of ten pairs of unlike photos stay below both, and one in a thousand of the edited photos that
 * would be found.
 */
const LEAST_COARSE_SCORE = 0.33;
const LEAST_COARSE_SIGNIFICANCE = 0.43;

/** Sizes that correlate less when looked at coarsely are not looked at finely. */
const LEAST_LOOKED_AT = 0.4;

/** Of the outer picture's sides: places farther apart may be refined to the pixel differently. */
const SAME_PLACE = 0.008;

const STRAIGHT: Way = { isMirrored: false, inner: "second" };
const IN_MIRROR: Way = { isMirrored: true, inner: "second" };
const WAYS: readonly Way[] = [STRAIGHT, IN_MIRROR, { ...STRAIGHT, inner: "first" }, { ...IN_MIRROR, inner: "first" }];

/**
 * The places at which one picture may show what the other shows: the same frame, then the likeliest of all; none for most unlike pictures,
 * which a coarse look tells.
 */
export function findPlaces(first: PreparedPicture, second: PreparedPicture): Place[] {
  const places: Place[] = [];
  for (const { way, start } of startsOf(first, second)) {
    const { outer, within } = laid(way, first, second);
    const { score: correlation, ...overlap } = refineOverlap(outer.refinable, within.refinable, start);
    const place = { ...way, overlap, correlation };
    if (correlation < LEAST_CORRELATION) continue;
    const known = places.findIndex((earlier) => isSame(earlier, place));
    if (known < 0) places.push(place);
    else if (correlation > places[known].correlation) places[known] = place;
    if (correlation >= ENOUGH_CORRELATION) break;
  }
  return places;
}

/** Starts of neighbouring sizes end at one place. */
function isSame(one: Place, other: Place): boolean {
  if (one.isMirrored !== other.isMirrored || one.inner !== other.inner) return false;
  return (["left", "top", "width", "height"] as const).every(
    (side) => Math.abs(one.overlap[side] - other.overlap[side]) < SAME_PLACE,
  );
}

/** Which picture is the ground, and which lies on it. */
export function laid<P extends { readonly mirrored: P }>({ isMirrored, inner }: Way, first: P, second: P) {
  const seen = isMirrored ? second.mirrored : second;
  return inner === "second" ? { outer: first, within: seen } : { outer: seen, within: first };
}

interface Start {
  readonly way: Way;
  readonly start: Overlap;
}

/** How well the two correlate in the same frame, −1..1. */
function coarseScore(first: PreparedPicture, second: PreparedPicture): number {
  const ground = first.slidGround(COARSE);
  const piece = second.slidPiece(COARSE, ground.width, ground.height);
  const [ours, theirs] = [ground, piece].map(({ squares }) => squares[squares.length - 1]);
  const dot = ground.values.reduce((sum, value, i) => sum + value * piece.values[i], 0);
  return dot / Math.sqrt(Math.max(1e-6, ours * theirs));
}

/** Where to begin to refine, the quickest first: each is found when it is asked for. */
function* startsOf(first: PreparedPicture, second: PreparedPicture): Generator<Start> {
  const mayShareFrame = [second, second.mirrored].some((seen) => coarseScore(first, seen) >= LEAST_COARSE_SCORE);
  if (mayShareFrame) yield* sameFrame(first, second);
  const coarse = WAYS.flatMap((way) => overlapsOf(way, first, second, COARSE));
  const mayOverlap = coarse.some(({ start }) => significance(start) >= LEAST_COARSE_SIGNIFICANCE);
  if (!mayShareFrame && !mayOverlap) return;
  if (!mayShareFrame) yield* sameFrame(first, second);
  const worthALook = coarse.filter(({ start }) => significance(start) >= LEAST_LOOKED_AT);
  const found = WAYS.flatMap((way) => {
    const near = worthALook.filter((seen) => seen.way === way).map(({ start }) => start);
    return near.length === 0 ? [] : overlapsOf(way, first, second, FINE, near).slice(0, REFINED);
  });
  const likely = found.filter(({ start }) => significance(start) >= LEAST_SIGNIFICANCE);
  likely.sort((a, b) => significance(b.start) - significance(a.start));
  yield* likely.slice(0, REFINED);
}

function* sameFrame(first: PreparedPicture, second: PreparedPicture): Generator<Start> {
  for (const way of [STRAIGHT, IN_MIRROR]) {
    const { outer, within } = laid(way, first, second);
    if (scoreAt(outer.refinable, within.refinable, SAME_FRAME) >= LEAST_SCORE) yield { way, start: SAME_FRAME };
  }
}

/** The likeliest overlaps of one way, one of each size, best first. */
function overlapsOf(
  way: Way,
  first: PreparedPicture,
  second: PreparedPicture,
  grain: Grain,
  near?: readonly Overlap[],
) {
  const started = (found: readonly FoundOverlap[]) => found.map((start) => ({ way, start }));
  if (way.inner === "first") {
    return started(findOverlaps(way.isMirrored ? second.mirrored : second, first, grain, near));
  }
  if (!way.isMirrored) return started(findOverlaps(first, second, grain, near));
  // the pieces of the second serve once more
  const mirroredNear = near?.map(mirroredOverlap);
  return started(findOverlaps(first.mirrored, second, grain, mirroredNear).map(mirroredOverlap));
}
