import { type FoundOverlap, type Overlap, significance } from "#matches/overlap.ts";
import type { PreparedPicture } from "#matches/prepared-picture.ts";
import { areaSum } from "#matches/resample.ts";
import type { Grain, Slidable } from "#matches/slidable.ts";
import { type Products, SlidGround } from "#matches/slide.ts";

/** The inner may stick out by this share of its size. */
const OVERHANG = 0.12;
/** Shapes that differ by less are the same. */
const SAME_SHAPE = 0.03;
/** Sizes that differ by a smaller factor are near each other: what is slid coarsely is of every second size, and in whole pixels. */
const NEAR = 1.2;
/** Pieces whose shorter side is a smaller part of the outer's longer one tell nothing. */
const SMALLEST = 8;

/**
 * The likeliest place of the inner picture on the outer one in each of its sizes, best first: the inner keeps its shape or takes the
 * outer's, is as large as the outer or smaller, and is not turned. Exhaustive, by normalised correlation of evened pictures.
 *
 * @param near only sizes near those of any of these are tried
 */
export function findOverlaps(
  outer: PreparedPicture,
  inner: PreparedPicture,
  grain: Grain,
  near?: readonly Overlap[],
): FoundOverlap[] {
  const ground = outer.slidGround(grain);
  const laid = new SlidGround(ground, Math.ceil(grain.side * OVERHANG));
  const sizes = innerSizes(outer.shape, inner.shape, ground, grain).filter(({ width, height }) => {
    return near?.some((place) => isNear(place, width / ground.width, height / ground.height)) ?? true;
  });
  const found = sizes.map(({ width, height }) => {
    const piece = inner.slidPiece(grain, width, height);
    const over = { x: Math.ceil(width * OVERHANG), y: Math.ceil(height * OVERHANG) };
    return bestPlace(ground, piece, laid.slide(piece, over.x, over.y), over);
  });
  return found.sort((a, b) => significance(b) - significance(a));
}

function isNear(place: Overlap, width: number, height: number): boolean {
  const factor = Math.max(place.width / width, width / place.width, place.height / height, height / place.height);
  return factor < NEAR;
}

/** Sizes of the inner in pixels of the ground. */
function innerSizes(outerShape: number, innerShape: number, ground: Slidable, { side, fractions }: Grain) {
  const widest = Math.min(ground.width, ground.height * innerShape);
  const largest = [{ width: widest, height: widest / innerShape }];
  const stretched = Math.abs(Math.log(innerShape / outerShape)) > SAME_SHAPE;
  if (stretched) largest.push({ width: ground.width, height: ground.height });
  const sizes = largest.flatMap(({ width, height }) =>
    fractions.map((fraction) => ({ width: Math.round(width * fraction), height: Math.round(height * fraction) })),
  );
  const least = side / SMALLEST;
  const distinct = new Map(sizes.map((size) => [`${size.width} ${size.height}`, size]));
  return [...distinct.values()].filter(({ width, height }) => width >= least && height >= least);
}

function bestPlace(
  ground: Slidable,
  piece: Slidable,
  { values, across, down }: Products,
  over: { readonly x: number; readonly y: number },
): FoundOverlap {
  let best = { left: 0, top: 0, score: -1 };
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const product = values[y * across + x];
      // a shared length is positive, so that only its sign need be known of what correlates inversely
      if (product <= 0 && best.score >= 0) continue;
      const left = x - over.x;
      const top = y - over.y;
      const score = product / lengthOfShared(ground, piece, left, top);
      if (score > best.score) best = { left, top, score };
    }
  }
  return {
    left: best.left / ground.width,
    top: best.top / ground.height,
    width: piece.width / ground.width,
    height: piece.height / ground.height,
    turn: 0,
    shear: 0,
    score: best.score,
  };
}

/** The lengths, multiplied, of what the two share when the piece's corner lies at (left, top) of the ground. */
function lengthOfShared(ground: Slidable, piece: Slidable, left: number, top: number): number {
  const x0 = Math.max(0, left);
  const y0 = Math.max(0, top);
  const x1 = Math.min(ground.width, left + piece.width);
  const y1 = Math.min(ground.height, top + piece.height);
  const ofGround = areaSum(ground.squares, ground.width, x0, y0, x1, y1);
  const ofPiece = areaSum(piece.squares, piece.width, x0 - left, y0 - top, x1 - left, y1 - top);
  return Math.sqrt(Math.max(1e-6, ofGround * ofPiece));
}
