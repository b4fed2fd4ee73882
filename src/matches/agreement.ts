import type { GrayPicture } from "#data/gray-picture.ts";
import { type Overlap, SAME_FRAME } from "#matches/overlap.ts";
import { scaled } from "#matches/resample.ts";
import { type FramePoints, LaidPoints, pointGrid } from "#matches/sample.ts";

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
  const shared = sharedPart(ground, overlap);
  const { ours, laid } = laidOver(ground, inner, overlap, shared);
  const theirs = laid.sample(overlap);
  const all = statisticsOf(ours, theirs, 0, ours.length);
  const leastOurs = Math.max(PLAIN, PLAIN_SHARE * all.deviationOurs);
  const leastTheirs = Math.max(PLAIN, PLAIN_SHARE * all.deviationTheirs);
  const counts = { informative: 0, related: 0, agreeing: 0, identical: 0, exact: 0 };
  const agrees = new Uint8Array(CELLS * CELLS);
  for (let cell = 0; cell < CELLS * CELLS; cell++) {
    const first = cell * CELL_POINTS;
    const here = statisticsOf(ours, theirs, first, first + CELL_POINTS);
    const plain = Number(here.deviationOurs < leastOurs) + Number(here.deviationTheirs < leastTheirs);
    if (plain === 2) continue;
    counts.informative++;
    if (plain > 0) continue;
    const best = bestNearby(here.correlation, () => {
      const own = ours.subarray(first, first + CELL_POINTS);
      return JITTER.map(({ dx, dy }) => {
        const shifted = laid.sampleSome(overlap, first, CELL_POINTS, dx, dy);
        return statisticsOf(own, shifted, 0, CELL_POINTS).correlation;
      });
    });
    agrees[cell] = Number(best >= SAME);
    count(counts, here.correlation, best);
  }
  const agreesAt = (u: number, v: number) => {
    const column = Math.floor(((u - shared.left) / shared.width) * CELLS);
    const row = Math.floor(((v - shared.top) / shared.height) * CELLS);
    return column >= 0 && column < CELLS && agrees[row * CELLS + column] === 1;
  };
  return { ...counts, agreesAt };
}

/** The best correlation of a cell that nearly agrees, shifted by a pixel at most. */
function bestNearby(correlation: number, shifted: () => number[]): number {
  if (correlation <= NEARLY || correlation >= IDENTICAL) return correlation;
  return Math.max(correlation, ...shifted());
}

function count(counts: { -readonly [level in keyof Agreement]: number }, unshifted: number, best: number): void {
  counts.related += Number(best >= RELATED);
  counts.agreeing += Number(best >= SAME);
  counts.identical += Number(best >= IDENTICAL);
  counts.exact += Number(unshifted >= EXACT);
}

/** The points of a cell, and those that fill them up to a multiple of 4, which lie nowhere. */
const CELL_POINTS = Math.ceil((POINTS * POINTS) / 4) * 4;
const CELL_GRID = cellGrid();

/** Points of the whole, 0..1, cell by cell. */
function cellGrid(): FramePoints {
  const count = CELLS * CELLS * CELL_POINTS;
  const grid = { u: new Float32Array(count).fill(Number.NaN), v: new Float32Array(count).fill(Number.NaN) };
  const all = pointGrid(CELLS * POINTS);
  for (const [i, u] of all.u.entries()) {
    const [column, row] = [i % (CELLS * POINTS), Math.floor(i / (CELLS * POINTS))];
    const cell = Math.floor(row / POINTS) * CELLS + Math.floor(column / POINTS);
    const at = cell * CELL_POINTS + (row % POINTS) * POINTS + (column % POINTS);
    grid.u[at] = u;
    grid.v[at] = all.v[i];
  }
  return grid;
}

interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The inner picture's values at all points of what the two share, and those points on the ground. */
function laidOver(ground: GrayPicture, inner: GrayPicture, overlap: Overlap, { left, top, width, height }: Part) {
  // both as fine as the coarser of the two
  const across = Math.max(1, Math.round(overlap.width * ground.width));
  const down = Math.max(1, Math.round(overlap.height * ground.height));
  const grid = { u: CELL_GRID.u.map((u) => left + u * width), v: CELL_GRID.v.map((v) => top + v * height) };
  const ours = new LaidPoints(scaled(inner, across, down), grid).sample(SAME_FRAME);
  return { ours, laid: new LaidPoints(ground, grid) };
}

/** Of the points from `first` to `end`, half open; those outside either picture are left out. */
function statisticsOf(ours: Float32Array, theirs: Float32Array, first: number, end: number) {
  let [count, sumA, sumB, squaresA, squaresB, dot] = [0, 0, 0, 0, 0, 0];
  for (let i = first; i < end; i++) {
    const a = ours[i];
    const b = theirs[i];
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    count++;
    sumA += a;
    sumB += b;
    squaresA += a * a;
    squaresB += b * b;
    dot += a * b;
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
function sharedPart(ground: GrayPicture, overlap: Overlap): Part {
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
