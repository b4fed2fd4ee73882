import { linearScale, type Scale } from "../chart-scale.ts";

/** A place on the map, in pixels from its middle; y grows downwards. */
export interface MapPlace {
  readonly x: number;
  readonly y: number;
}

export interface MapLayout {
  /** Of the nearest first; as many as can be shown large enough. */
  readonly places: readonly MapPlace[];
  /** Side of a neighbour's square. */
  readonly side: number;
  /** Radius of the picture in the middle. */
  readonly centre: number;
  /** From a distance to the radius that shows it; its ticks are where rings are drawn, 0 the innermost. */
  readonly scale: RingScale;
}

interface RingScale extends Scale {
  /** Distance of the outermost place. */
  readonly most: number;
}

const GAP = 5;
/** A neighbour's square is never smaller: fewer are shown then. */
const LEAST_SIDE = 28;
/** Below this the ring of distance 0 goes outwards, to make room for many near ones. */
const GOOD_SIDE = 44;
/** How much larger squares have to become by that, as the distances are then told apart less. */
const WORTH_IT = 1.25;
/** Where that ring may lie, as parts of the way to the outermost. */
const INNER_RINGS = [0, 0.3, 0.6];
/** Half the width of a clear way upwards, where the numbers of the rings stand. */
const CLEAR = 16;
/** Directions that are tried for a neighbour. */
const DIRECTIONS = 180;
/** Way along an eighth of a circle of radius 1, where a step counts as its larger part, across or down: squares need room so. */
const EIGHTH = Math.SQRT1_2;
/** Parts of a turn from one neighbour to the next: round like a clock, or wide apart. */
const GOLDEN = 0.381966;

/**
 * Lays neighbours out around the middle: each is as far from the ring of distance 0 as its distance says, all by one scale, and no two
 * squares touch. They go round by distance, clockwise from the top, as far as there is room. The same distances give the same places.
 *
 * @param distances ascending
 * @param half of the side of the square to draw in, in pixels
 */
export function mapLayout(distances: readonly number[], half: number): MapLayout {
  for (let count = distances.length; ; count = Math.floor(count * 0.9)) {
    const nearest = distances.slice(0, count);
    if (count <= 1 || INNER_RINGS.some((inner) => placed(nearest, { half, side: LEAST_SIDE, inner }))) {
      return layoutOf(nearest, half);
    }
  }
}

function layoutOf(distances: readonly number[], half: number): MapLayout {
  // even, as the least is: that one is tried too
  const largest = 2 * Math.round(clamp(half * 0.155, 22, 52));
  let best: MapLayout | undefined;
  for (const inner of INNER_RINGS) {
    for (let side = largest; side >= (best ? best.side * WORTH_IT : LEAST_SIDE); side -= 2) {
      const layout = placed(distances, { half, side, inner });
      if (!layout) continue;
      best = layout;
      break;
    }
    if (best && best.side >= GOOD_SIDE) break;
  }
  const centre = centreRadius(half);
  return best ?? { places: [], side: 0, centre, scale: ringScale(0, centre, half) };
}

interface Sizes {
  readonly half: number;
  readonly side: number;
  readonly inner: number;
}

function placed(distances: readonly number[], { half, side, inner }: Sizes): MapLayout | undefined {
  const centre = centreRadius(half);
  // the corner of a square that stands askew of the middle comes nearest to it
  const least = centre + GAP + side * Math.SQRT1_2;
  const outermost = half - side / 2 - 1;
  if (least > outermost) return undefined;
  const innermost = least + (outermost - least) * inner;
  const scale = ringScale(distances.at(-1) ?? 0, innermost, outermost);
  for (const turn of [1 / distances.length, GOLDEN]) {
    const places = placesOf(distances.map(scale.at), side, turn);
    if (places) return { places, side, centre, scale };
  }
  return undefined;
}

/** Each at the free direction that is nearest to a turn from the one before; undefined where one finds none. */
function placesOf(radii: readonly number[], side: number, turn: number): readonly MapPlace[] | undefined {
  const places: MapPlace[] = [];
  for (const [i, radius] of radii.entries()) {
    const clear = Math.min(EIGHTH, (side / 2 + CLEAR) / radius) / (8 * EIGHTH);
    const wanted = clear + (1 - 2 * clear) * ((turn * (i + 0.5)) % 1);
    const place = freePlace(radius, wanted, side, places);
    if (!place) return undefined;
    places.push(place);
  }
  return places;
}

function freePlace(radius: number, wanted: number, side: number, taken: readonly MapPlace[]): MapPlace | undefined {
  const least = side + GAP;
  for (let i = 0; i < DIRECTIONS; i++) {
    // one forward, one back, two forward …
    const angle = angleAt(wanted + (i % 2 === 1 ? (i + 1) / 2 : -i / 2) / DIRECTIONS);
    const place = { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
    const isClear = place.y > 0 || Math.abs(place.x) >= side / 2 + CLEAR - 1e-6;
    if (isClear && taken.every(({ x, y }) => Math.abs(x - place.x) >= least || Math.abs(y - place.y) >= least)) {
      return place;
    }
  }
  return undefined;
}

/** The angle, from the top on, after a part of the way around: where squares would stand aslant of each other they are farther apart. */
function angleAt(part: number): number {
  const quarters = (part - Math.floor(part)) * 4;
  const way = (quarters % 1) * 2 * EIGHTH;
  const angle = way <= EIGHTH ? Math.asin(way) : Math.acos(2 * EIGHTH - way);
  return (Math.floor(quarters) * Math.PI) / 2 + angle;
}

/** Up to the farthest neighbour, not beyond: all of the room is used. */
function ringScale(most: number, innermost: number, outermost: number): RingScale {
  const end = most > 0 ? most : 1;
  const { ticks } = linearScale(end, 0, 1, { ticks: 4 });
  return {
    most: end,
    at: (distance) => innermost + ((outermost - innermost) * distance) / end,
    ticks: ticks.filter((tick) => tick <= end * 1.0001),
  };
}

function centreRadius(half: number): number {
  return clamp(half * 0.21, 36, 78);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
