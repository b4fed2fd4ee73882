import type { GrayPicture } from "#data/gray-picture.ts";
import { type FoundOverlap, type Overlap, SAME_FRAME } from "#matches/overlap.ts";
import { evened, fitted } from "#matches/resample.ts";
import { LaidPoints, pointGrid } from "#matches/sample.ts";
import { EVENING_FLOOR } from "#matches/slidable.ts";

/** Longer side of the outer picture, in pixels, while a place is refined. */
const SIDE = 64;
/** Points of the inner frame, along each axis, at which the two are compared. */
const POINTS = 20;
/** Steps of the search, in shares of the outer picture, of a turn and of a shear. */
const STEPS = [0.03, 0.012, 0.005];
const FINE_STEPS = [0.005, 0.002, 0.0008];
const LEAST_GAIN = 1e-4;
/** Fewer points tell nothing about a place. */
const LEAST_POINTS = 30;
const LARGEST_TURN = 0.12;
const LARGEST_SHEAR = 0.15;
const REACH = 6;
/** The same where a place is refined to the pixel. */
const FINE_SIDE = 144;
const FINE_GRID = pointGrid(32);
/** Correlation that a turn or a shear must add. */
const WORTH_TURNING = 0.01;
/** With less, the two have nothing in common that a turn could bring out. */
const LEAST_UPRIGHT = 0.4;
/** A place must not shrink to where anything correlates. */
const LEAST_SIZE = 0.8;

/** A picture prepared for refinement. */
export function refinable(picture: GrayPicture): GrayPicture {
  return evened(fitted(picture, SIDE), REACH, EVENING_FLOOR);
}

/** A picture prepared for `refineWhereAgreed`. */
export function finelyRefinable(picture: GrayPicture): GrayPicture {
  return evened(fitted(picture, FINE_SIDE), Math.round((REACH * FINE_SIDE) / SIDE), EVENING_FLOOR);
}

/** How well the two correlate at a place, −1..1. */
export function scoreAt(outer: GrayPicture, inner: GrayPicture, overlap: Overlap): number {
  return laidOn(outer, inner, POINTS).correlation(overlap);
}

/**
 * Moves and stretches a place until the two pictures correlate best, then turns and shears it too, where that is worth it: hill climbing
 * along each axis with shrinking steps. Near bars and masks a needless turn would gain a little, and misplace what agrees.
 */
export function refineOverlap(outer: GrayPicture, inner: GrayPicture, start: Overlap): FoundOverlap {
  const climb = { points: laidOn(outer, inner, POINTS), steps: STEPS };
  const upright = climbed({ ...climb, neighbours: movedOrStretched }, start);
  if (upright.score < LEAST_UPRIGHT) return upright;
  const turned = climbed({ ...climb, neighbours: movedAnyhow }, upright);
  return turned.score > upright.score + WORTH_TURNING ? turned : upright;
}

/**
 * Refines a place by the points alone at which the two agree, so that masks and texts, whose edges correlate with nothing, do not pull at
 * it.
 *
 * @param outer, inner as `finelyRefinable` makes them
 * @param counts whether a point of the inner frame (0..1) counts
 */
export function refineWhereAgreed(
  outer: GrayPicture,
  inner: GrayPicture,
  start: Overlap,
  counts: (u: number, v: number) => boolean,
): Overlap {
  const counted = (_: number, i: number) => counts(FINE_GRID.u[i], FINE_GRID.v[i]);
  const [u, v] = [FINE_GRID.u.filter(counted), FINE_GRID.v.filter(counted)];
  if (u.length < LEAST_POINTS) return start;
  const expected = new LaidPoints(inner, { u, v }).sample(SAME_FRAME);
  const points = new LaidPoints(outer, { u, v }, expected);
  const { score: _, ...overlap } = climbed({ points, steps: FINE_STEPS, neighbours: movedAnyhow }, start);
  return overlap;
}

/** A grid of points of the inner frame, to be laid on the outer picture. */
function laidOn(outer: GrayPicture, inner: GrayPicture, side: number): LaidPoints {
  const grid = pointGrid(side);
  return new LaidPoints(outer, grid, new LaidPoints(inner, grid).sample(SAME_FRAME));
}

interface Climb {
  readonly points: LaidPoints;
  readonly steps: readonly number[];
  readonly neighbours: (place: Overlap, step: number) => Overlap[];
}

/** Goes to a better neighbour as long as there is one, with each of the steps in turn. */
function climbed({ points, steps, neighbours }: Climb, start: Overlap): FoundOverlap {
  const isTooSmall = ({ width, height }: Overlap) =>
    width < start.width * LEAST_SIZE || height < start.height * LEAST_SIZE;
  let best: FoundOverlap = { ...start, score: points.correlation(start) };
  const improve = (step: number) => {
    const before = best.score;
    for (const moved of neighbours(best, step)) {
      if (isTooSmall(moved)) continue;
      const score = points.correlation(moved);
      if (score > best.score + LEAST_GAIN) best = { ...moved, score };
    }
    return best.score > before;
  };
  for (const step of steps) while (improve(step));
  return best;
}

function movedAnyhow(place: Overlap, step: number): Overlap[] {
  return [...movedOrStretched(place, step), ...turnedOrSheared(place, step)];
}

function movedOrStretched({ left, top, width, height, turn, shear }: Overlap, step: number): Overlap[] {
  const place = { left, top, width, height, turn, shear };
  return [step, -step].flatMap((by) => [
    { ...place, left: left + by },
    { ...place, top: top + by },
    // the middle stays
    {
      ...place,
      left: left - (by * width) / 2,
      top: top - (by * height) / 2,
      width: width * (1 + by),
      height: height * (1 + by),
    },
    { ...place, left: left - by / 2, width: width + by },
    { ...place, top: top - by / 2, height: height + by },
  ]);
}

function turnedOrSheared({ left, top, width, height, turn, shear }: Overlap, step: number): Overlap[] {
  const place = { left, top, width, height, turn, shear };
  const within = (value: number, largest: number) => Math.max(-largest, Math.min(largest, value));
  return [step, -step].flatMap((by) => [
    { ...place, turn: within(turn + by, LARGEST_TURN) },
    { ...place, shear: within(shear + by, LARGEST_SHEAR) },
  ]);
}
