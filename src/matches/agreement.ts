import type { GrayPicture } from "#data/gray-picture.ts";
import type { Overlap } from "#matches/overlap.ts";
import { scaled } from "#matches/resample.ts";
import { PlacesOn, valueAt } from "#matches/sample-overlap.ts";

/** How far two pictures agree where they lie over each other. */
export interface Agreement {
  /** Cells that show something in either picture, and those of them that show the same in both. */
  readonly informative: number;
  readonly agreeing: number;
  /** Those that show it so exactly that it is the same picture, and not one that looks like it; and those that do nearly to the pixel. */
  readonly identical: number;
  readonly exact: number;
  /** Cells whose contents have anything to do with each other. */
  readonly related: number;
}

/** An agreement, and where in the inner frame (0..1) the two agree. */
interface MappedAgreement extends Agreement {
  agreesAt(u: number, v: number): boolean;
}

/** Cells along each axis of what the two share, and points along each axis of a cell. */
const CELLS = 12;
const POINTS = 7;
/** Longer side of the outer picture, in pixels. */
export const GROUND_SIDE = 144;
/** A cell whose deviation is smaller shows nothing; of 0..1, and of the deviation of the whole. */
export const PLAIN = 0.012;
const PLAIN_SHARE = 0.12;
/** Correlation from which on a cell shows the same. */
const SAME = 0.8;
const IDENTICAL = 0.93;
const EXACT = 0.97;
const RELATED = 0.4;
/** A cell that nearly agrees may be shifted by a pixel: lenses and rounding bend a little. */
const JITTER = [-1, 0, 1]
  .flatMap((dy) => [-1, 0, 1].map((dx) => ({ dx, dy })))
  .filter(({ dx, dy }) => dx !== 0 || dy !== 0);
const NEARLY = 0.3;

/**
 * Lays the inner picture on the outer and compares cell by cell: correlation forgives tone, a mask or a text costs only the cells that
 * it covers.
 *
 * @param ground the outer picture, its longer side GROUND_SIDE pixels
 */
export function agreementOf(ground: GrayPicture, inner: GrayPicture, overlap: Overlap): MappedAgreement {
  const points = pointsOf(ground, inner, overlap);
  const all = statisticsOf(points, 0, SIZE, 0, SIZE, 0, 0);
  const leastOurs = Math.max(PLAIN, PLAIN_SHARE * all.deviationOurs);
  const leastTheirs = Math.max(PLAIN, PLAIN_SHARE * all.deviationTheirs);
  const counts = { informative: 0, related: 0, agreeing: 0, identical: 0, exact: 0 };
  const agrees = new Uint8Array(CELLS * CELLS);
  for (let cell = 0; cell < CELLS * CELLS; cell++) {
    const [left, top] = [(cell % CELLS) * POINTS, Math.floor(cell / CELLS) * POINTS];
    const at = (dx: number, dy: number) => statisticsOf(points, left, left + POINTS, top, top + POINTS, dx, dy);
    const here = at(0, 0);
    const plain = Number(here.deviationOurs < leastOurs) + Number(here.deviationTheirs < leastTheirs);
    if (plain === 2) continue;
    counts.informative++;
    if (plain > 0) continue;
    const best = bestNearby(here.correlation, at);
    agrees[cell] = Number(best >= SAME);
    count(counts, here.correlation, best);
  }
  const { left, top, width, height } = sharedPart(ground, overlap);
  const agreesAt = (u: number, v: number) => {
    const [column, row] = [Math.floor(((u - left) / width) * CELLS), Math.floor(((v - top) / height) * CELLS)];
    return column >= 0 && column < CELLS && agrees[row * CELLS + column] === 1;
  };
  return { ...counts, agreesAt };
}

/** The best correlation of a cell that nearly agrees, shifted by a pixel at most. */
function bestNearby(correlation: number, at: (dx: number, dy: number) => { correlation: number }): number {
  if (correlation <= NEARLY || correlation >= IDENTICAL) return correlation;
  return JITTER.reduce((best, { dx, dy }) => Math.max(best, at(dx, dy).correlation), correlation);
}

function count(counts: { -readonly [level in keyof Agreement]: number }, unshifted: number, best: number): void {
  counts.related += Number(best >= RELATED);
  counts.agreeing += Number(best >= SAME);
  counts.identical += Number(best >= IDENTICAL);
  counts.exact += Number(unshifted >= EXACT);
}

const SIZE = CELLS * POINTS;

/** Points of what the two pictures share, row by row: the inner's value, and where each lies on the ground. */
interface Points {
  readonly ground: GrayPicture;
  readonly ours: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function pointsOf(ground: GrayPicture, inner: GrayPicture, overlap: Overlap): Points {
  const [width, height] = [overlap.width * ground.width, overlap.height * ground.height];
  // both as fine as the coarser of the two
  const piece = scaled(inner, Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  const shared = sharedPart(ground, overlap);
  const place = new PlacesOn(ground, overlap);
  const count = SIZE * SIZE;
  const points = { ground, ours: new Float64Array(count), x: new Float64Array(count), y: new Float64Array(count) };
  for (let i = 0; i < count; i++) {
    const u = shared.left + ((i % SIZE) + 0.5) * (shared.width / SIZE);
    const v = shared.top + (Math.floor(i / SIZE) + 0.5) * (shared.height / SIZE);
    points.ours[i] = valueAt(piece, u * piece.width, v * piece.height);
    points.x[i] = place.x(u, v);
    points.y[i] = place.y(u, v);
  }
  return points;
}

/** Of the points from `left` to `right` and `top` to `bottom`, half open, the ground shifted; those outside either picture are left out. */
function statisticsOf(
  { ground, ours, x, y }: Points,
  left: number,
  right: number,
  top: number,
  bottom: number,
  dx: number,
  dy: number,
) {
  let [count, sumA, sumB, squaresA, squaresB, dot] = [0, 0, 0, 0, 0, 0];
  for (let row = top; row < bottom; row++) {
    for (let i = row * SIZE + left; i < row * SIZE + right; i++) {
      const a = ours[i];
      const b = valueAt(ground, x[i] + dx, y[i] + dy);
      if (Number.isNaN(a) || Number.isNaN(b)) continue;
      count++;
      sumA += a;
      sumB += b;
      squaresA += a * a;
      squaresB += b * b;
      dot += a * b;
    }
  }
  const each = 1 / Math.max(1, count);
  const varianceA = Math.max(0, squaresA * each - (sumA * each) ** 2);
  const varianceB = Math.max(0, squaresB * each - (sumB * each) ** 2);
  const covariance = dot * each - sumA * each * sumB * each;
  return {
    correlation: covariance / Math.sqrt(Math.max(1e-12, varianceA * varianceB)),
    deviationOurs: Math.sqrt(varianceA),
    deviationTheirs: Math.sqrt(varianceB),
  };
}

/** The part of the inner frame (0..1) that lies on the outer. */
function sharedPart(ground: GrayPicture, overlap: Overlap) {
  const left = Math.max(0, -overlap.left / overlap.width);
  const top = Math.max(0, -overlap.top / overlap.height);
  const right = Math.min(1, (1 - overlap.left) / overlap.width);
  const bottom = Math.min(1, (1 - overlap.top) / overlap.height);
  return {
    left,
    top,
    width: Math.max(1 / ground.width, right - left),
    height: Math.max(1 / ground.height, bottom - top),
  };
}
