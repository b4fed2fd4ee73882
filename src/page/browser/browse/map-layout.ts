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
/** Where that ring may lie, as parts of the way to the outermost. */
const INNER_RINGS = [0, 0.3, 0.6];
/** Half the width of a clear way upwards, where the numbers of the rings stand. */
const CLEAR = 16;
/** Angles that a neighbour may have. */
const DIRECTIONS = 120;
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
    const layout = layoutOf(distances.slice(0, count), half);
    if (layout.side > 0 || count <= 1) return layout;
  }
}

function layoutOf(distances: readonly number[], half: number): MapLayout {
  const centre = clamp(half * 0.21, 36, 78);
  const largest = Math.round(clamp(half * 0.31, 44, 104));
  let best: MapLayout | undefined;
  for (const inner of INNER_RINGS) {
    for (let side = largest; side > (best?.side ?? LEAST_SIDE - 1); side -= 2) {
      const layout = placed(distances, { half, centre, side, inner });
      if (!layout) continue;
      best = layout;
      break;
    }
    if (best && best.side >= GOOD_SIDE) break;
  }
  return best ?? { places: [], side: 0, centre, scale: ringScale(0, centre, half) };
}

interface Sizes {
  readonly half: number;
  readonly centre: number;
  readonly side: number;
  readonly inner: number;
}

function placed(distances: readonly number[], { half, centre, side, inner }: Sizes): MapLayout | undefined {
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
    const wanted = Math.round(DIRECTIONS * (turn * (i + 0.5)));
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
    const direction = wanted + (i % 2 === 1 ? (i + 1) / 2 : -i / 2);
    const angle = (2 * Math.PI * direction) / DIRECTIONS;
    const place = { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
    const isClear = place.y > 0 || Math.abs(place.x) >= side / 2 + CLEAR;
    if (isClear && taken.every(({ x, y }) => Math.abs(x - place.x) >= least || Math.abs(y - place.y) >= least))
      return place;
  }
  return undefined;
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

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
