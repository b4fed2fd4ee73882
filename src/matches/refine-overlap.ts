import type { GrayPicture } from "#data/gray-picture.ts";
import type { FoundOverlap, Overlap } from "#matches/overlap.ts";
import { evened, fitted } from "#matches/resample.ts";
import { PlacesOn, valueAt } from "#matches/sample-overlap.ts";
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
const FINE_POINTS = 32;
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
  return correlationAt(outer, pointsOf(inner, POINTS), overlap);
}

/**
 * Moves and stretches a place until the two pictures correlate best, then turns and shears it too, where that is worth it: hill climbing
 * along each axis with shrinking steps. Near bars and masks a needless turn would gain a little, and misplace what agrees.
 */
export function refineOverlap(outer: GrayPicture, inner: GrayPicture, start: Overlap): FoundOverlap {
  const points = pointsOf(inner, POINTS);
  const climb = { outer, points, steps: STEPS };
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
  const all = pointsOf(inner, FINE_POINTS);
  const kept = all.u.map((u, i) => Number(counts(u, all.v[i])));
  const points = {
    u: all.u.filter((_, i) => kept[i] === 1),
    v: all.v.filter((_, i) => kept[i] === 1),
    values: all.values.filter((_, i) => kept[i] === 1),
  };
  if (points.u.length < LEAST_POINTS) return start;
  const { score: _, ...overlap } = climbed({ outer, points, steps: FINE_STEPS, neighbours: movedAnyhow }, start);
  return overlap;
}

interface Climb {
  readonly outer: GrayPicture;
  readonly points: Points;
  readonly steps: readonly number[];
  readonly neighbours: (place: Overlap, step: number) => Overlap[];
}

/** Goes to a better neighbour as long as there is one, with each of the steps in turn. */
function climbed({ outer, points, steps, neighbours }: Climb, start: Overlap): FoundOverlap {
  const isTooSmall = ({ width, height }: Overlap) =>
    width < start.width * LEAST_SIZE || height < start.height * LEAST_SIZE;
  let best: FoundOverlap = { ...start, score: correlationAt(outer, points, start) };
  const improve = (step: number) => {
    const before = best.score;
    for (const moved of neighbours(best, step)) {
      if (isTooSmall(moved)) continue;
      const score = correlationAt(outer, points, moved);
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

interface Points {
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly values: Float64Array;
}

/** So many points along each axis. */
function pointsOf(inner: GrayPicture, side: number): Points {
  const count = side * side;
  const points = { u: new Float64Array(count), v: new Float64Array(count), values: new Float64Array(count) };
  for (let i = 0; i < count; i++) {
    const [u, v] = [((i % side) + 0.5) / side, (Math.floor(i / side) + 0.5) / side];
    points.u[i] = u;
    points.v[i] = v;
    points.values[i] = valueAt(inner, u * inner.width, v * inner.height);
  }
  return points;
}

/** Of the points that lie on the outer picture; at least a quarter must. */
function correlationAt(outer: GrayPicture, { u, v, values }: Points, overlap: Overlap): number {
  const place = new PlacesOn(outer, overlap);
  let [dot, outerSquares, innerSquares, inside] = [0, 0, 0, 0];
  for (let i = 0; i < u.length; i++) {
    const value = valueAt(outer, place.x(u[i], v[i]), place.y(u[i], v[i]));
    if (Number.isNaN(value)) continue;
    inside++;
    dot += value * values[i];
    outerSquares += value * value;
    innerSquares += values[i] * values[i];
  }
  return inside * 4 < u.length ? -1 : dot / Math.sqrt(Math.max(1e-6, outerSquares * innerSquares));
}
