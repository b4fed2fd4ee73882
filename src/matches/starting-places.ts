import { findOverlaps } from "#matches/find-overlaps.ts";
import { type FoundOverlap, mirroredOverlap, type Overlap, SAME_FRAME, significance } from "#matches/overlap.ts";
import type { PreparedPicture } from "#matches/prepared-picture.ts";
import { scoreAt } from "#matches/refine-overlap.ts";
import type { Grain } from "#matches/slidable.ts";

/** One way to lay the second picture over the first, or the first over the second. */
export interface Way {
  readonly isMirrored: boolean;
  /** Which of the two lies within the other. */
  readonly inner: "second" | "first";
  readonly outer: PreparedPicture;
  readonly within: PreparedPicture;
}

export interface Start {
  readonly way: Way;
  readonly place: Overlap;
}

const FINE: Grain = {
  side: 32,
  pieceSide: 64,
  fractions: [1, 0.93, 0.87, 0.81, 0.75, 0.7, 0.65, 0.6, 0.56, 0.52, 0.48, 0.44],
  reach: 4,
};
/** A thirtieth of the work. */
const COARSE: Grain = { side: 16, pieceSide: 32, fractions: [1, 0.87, 0.75, 0.65, 0.56, 0.48], reach: 2 };

/** Places that are refined, of all that are found. */
const REFINED = 4;
/** Less of it is chance: of the same frame's correlation, and of a place's significance. */
const LEAST_SCORE = 0.25;
const LEAST_SIGNIFICANCE = 0.45;
/**
 * Fewer pixels correlate more by chance. Nine of ten pairs of unlike photos stay below both, and one in a thousand of the edited photos that
 * would be found.
 */
const LEAST_COARSE_SCORE = 0.33;
const LEAST_COARSE_SIGNIFICANCE = 0.43;

/** Whether there is any place from which on to lay one picture over the other: a coarse look at first. */
export function mayOverlap(first: PreparedPicture, second: PreparedPicture): boolean {
  const mayInFrame = [second, second.mirrored].some((seen) => coarseScore(first, seen) >= LEAST_COARSE_SCORE);
  if (
    mayInFrame ||
    placesOf(first, second, COARSE, 1).some(({ place }) => significance(place) >= LEAST_COARSE_SIGNIFICANCE)
  ) {
    return !startingPlaces(first, second).next().done;
  }
  return false;
}

/** How well the two correlate in the same frame, −1..1. */
function coarseScore(first: PreparedPicture, second: PreparedPicture): number {
  const ground = first.slidGround(COARSE);
  const piece = second.slidPiece(COARSE, ground.width, ground.height);
  const [ours, theirs] = [ground, piece].map(({ squares }) => squares[squares.length - 1]);
  const dot = ground.values.reduce((sum, value, i) => sum + value * piece.values[i], 0);
  return dot / Math.sqrt(Math.max(1e-6, ours * theirs));
}

/** Where to begin laying one picture over the other: the same frame, then every likely place. The quickest first: each is found when asked for. */
export function* startingPlaces(first: PreparedPicture, second: PreparedPicture): Generator<Start> {
  for (const way of [straight(first, second), inMirror(first, second)]) {
    const score = scoreAt(way.outer.refinable, way.within.refinable, SAME_FRAME);
    if (score >= LEAST_SCORE) yield { way, place: SAME_FRAME };
  }
  const likely = placesOf(first, second, FINE, REFINED).filter(
    ({ place }) => significance(place) >= LEAST_SIGNIFICANCE,
  );
  likely.sort((a, b) => significance(b.place) - significance(a.place));
  yield* likely.slice(0, REFINED);
}

/** The likeliest places of each picture on the other, as it is and mirrored, `most` of each. */
function placesOf(first: PreparedPicture, second: PreparedPicture, grain: Grain, most: number) {
  const [places, mirroredPlaces] = findOverlaps([first, first.mirrored], second, grain, most);
  const [around, mirroredAround] = findOverlaps([second, second.mirrored], first, grain, most);
  const [ahead, mirrored] = [straight(first, second), inMirror(first, second)];
  const started = (way: Way, found: readonly FoundOverlap[]) => found.map((place) => ({ way, place }));
  return [
    ...started(ahead, places),
    ...started(mirrored, mirroredPlaces.map(mirroredOverlap)),
    ...started(turnedAround(ahead), around),
    ...started(turnedAround(mirrored), mirroredAround),
  ];
}

function straight(first: PreparedPicture, second: PreparedPicture): Way {
  return { isMirrored: false, inner: "second", outer: first, within: second };
}

function inMirror(first: PreparedPicture, second: PreparedPicture): Way {
  return { isMirrored: true, inner: "second", outer: first, within: second.mirrored };
}

function turnedAround({ isMirrored, outer, within }: Way): Way {
  return { isMirrored, inner: "first", outer: within, within: outer };
}
