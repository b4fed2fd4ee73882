import type { GrayPicture } from "#data/gray-picture.ts";
import { EVENING_FLOOR, type FoundOverlap } from "#matches/find-overlaps.ts";
import type { Overlap } from "#matches/overlap.ts";
import { evened, fitted } from "#matches/resample.ts";
import { PlacesOn, valueAt } from "#matches/sample-overlap.ts";

/** Longer side of the outer picture, in pixels, while a place is refined. */
const SIDE = 64;
/** Points of the inner frame, along each axis, at which the two are compared. */
const POINTS = 20;
/** Steps of the search, in shares of the outer picture, and of a turn. */
const STEPS = [0.03, 0.012, 0.005];
const LARGEST_TURN = 0.12;
const REACH = 6;
/** A place must not shrink to where anything correlates. */
const LEAST_SIZE = 0.8;

/** A picture prepared for refinement. */
export function refinable(picture: GrayPicture): GrayPicture {
  return evened(fitted(picture, SIDE), REACH, EVENING_FLOOR);
}

/** How well the two correlate at a place, −1..1. */
export function scoreAt(outer: GrayPicture, inner: GrayPicture, overlap: Overlap): number {
  return correlationAt(outer, pointsOf(inner), overlap);
}

/** Moves, stretches and turns a place until the two pictures correlate best: hill climbing along each axis with shrinking steps. */
export function refineOverlap(outer: GrayPicture, inner: GrayPicture, start: Overlap): FoundOverlap {
  const points = pointsOf(inner);
  let best: FoundOverlap = { ...start, score: correlationAt(outer, points, start) };
  for (const step of STEPS) {
    for (let improved = true; improved; ) {
      improved = false;
      for (const moved of neighbours(best, step)) {
        if (moved.width < start.width * LEAST_SIZE || moved.height < start.height * LEAST_SIZE) continue;
        const score = correlationAt(outer, points, moved);
        if (score <= best.score + 1e-4) continue;
        best = { ...moved, score };
        improved = true;
      }
    }
  }
  return best;
}

function neighbours({ left, top, width, height, turn }: Overlap, step: number): Overlap[] {
  const place = { left, top, width, height, turn };
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
    { ...place, turn: Math.max(-LARGEST_TURN, Math.min(LARGEST_TURN, turn + by)) },
  ]);
}

interface Points {
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly values: Float64Array;
}

function pointsOf(inner: GrayPicture): Points {
  const count = POINTS * POINTS;
  const points = { u: new Float64Array(count), v: new Float64Array(count), values: new Float64Array(count) };
  for (let i = 0; i < count; i++) {
    const [u, v] = [((i % POINTS) + 0.5) / POINTS, (Math.floor(i / POINTS) + 0.5) / POINTS];
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
