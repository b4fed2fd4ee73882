import type { GrayPicture } from "#data/gray-picture.ts";
import type { Overlap } from "#matches/overlap.ts";
import { areaSum, evened, fitted, scaled, summedArea } from "#matches/resample.ts";
import { slideOver } from "#matches/slide.ts";

/** Longer side of the outer picture, in pixels, while places are searched. */
const SIDE = 32;
/** Size of the inner frame, of the largest of its shape that fits into the outer. */
const FRACTIONS = [1, 0.93, 0.87, 0.81, 0.75, 0.7, 0.65, 0.6, 0.56, 0.52, 0.48, 0.44];
/** The inner may stick out by this share of its size. */
const OVERHANG = 0.12;
/** Shapes that differ by less are the same. */
const SAME_SHAPE = 0.03;

const EVENING_REACH = 4;
export const EVENING_FLOOR = 0.03;

export interface FoundOverlap extends Overlap {
  /** Correlation of what lies over each other, −1..1. */
  readonly score: number;
}

/** How unlikely a place is by chance: a large piece seldom correlates. */
export function significance({ score, width, height }: FoundOverlap): number {
  return score * Math.sqrt(Math.abs(width * height));
}

/** Longer side of the picture that pieces are made of. */
export const PIECE_SIDE = 64;

/**
 * The likeliest places of the inner picture on each of the outer ones, best first: the inner keeps its shape or takes the outer's, is as
 * large as the outer or smaller, and is not turned. Exhaustive, by normalised correlation of evened pictures.
 *
 * @param outers pictures of one size, as a picture and its mirror image
 */
export function findOverlaps(outers: readonly GrayPicture[], inner: GrayPicture, most: number): FoundOverlap[][] {
  const grounds = outers.map((outer) => {
    const even = evened(fitted(outer, SIDE), EVENING_REACH, EVENING_FLOOR);
    return { even, squares: squaresOf(even), found: [] as FoundOverlap[] };
  });
  for (const { width, height } of innerSizes(outers[0], inner, grounds[0].even)) {
    const piece = evened(scaled(inner, width, height), EVENING_REACH, EVENING_FLOOR);
    const pieceSquares = squaresOf(piece);
    for (const { even, squares, found } of grounds) found.push(bestPlace(even, squares, piece, pieceSquares));
  }
  return grounds.map(({ found }) => found.sort((a, b) => significance(b) - significance(a)).slice(0, most));
}

function squaresOf({ width, height, values }: GrayPicture): Float64Array {
  return summedArea(
    values.map((value) => value * value),
    width,
    height,
  );
}

/** Sizes of the inner in pixels of the ground. */
function innerSizes(outer: GrayPicture, inner: GrayPicture, ground: GrayPicture) {
  const shape = inner.width / inner.height;
  const widest = Math.min(ground.width, ground.height * shape);
  const largest = [{ width: widest, height: widest / shape }];
  const stretched = Math.abs(Math.log(shape / (outer.width / outer.height))) > SAME_SHAPE;
  if (stretched) largest.push({ width: ground.width, height: ground.height });
  const sizes = largest.flatMap(({ width, height }) =>
    FRACTIONS.map((fraction) => ({ width: Math.round(width * fraction), height: Math.round(height * fraction) })),
  );
  return sizes.filter(({ width, height }) => width >= 4 && height >= 4);
}

function bestPlace(
  ground: GrayPicture,
  squares: Float64Array,
  piece: GrayPicture,
  pieceSquares: Float64Array,
): FoundOverlap {
  const [overX, overY] = [Math.ceil(piece.width * OVERHANG), Math.ceil(piece.height * OVERHANG)];
  const { values, across, down } = slideOver(ground, piece, overX, overY);
  let best = { left: 0, top: 0, score: -1 };
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const [left, top] = [x - overX, y - overY];
      const score = values[y * across + x] / lengthOfShared(ground, squares, piece, pieceSquares, left, top);
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
function lengthOfShared(
  ground: GrayPicture,
  squares: Float64Array,
  piece: GrayPicture,
  pieceSquares: Float64Array,
  left: number,
  top: number,
): number {
  const x0 = Math.max(0, left);
  const y0 = Math.max(0, top);
  const x1 = Math.min(ground.width, left + piece.width);
  const y1 = Math.min(ground.height, top + piece.height);
  const ofGround = areaSum(squares, ground.width, x0, y0, x1, y1);
  const ofPiece = areaSum(pieceSquares, piece.width, x0 - left, y0 - top, x1 - left, y1 - top);
  return Math.sqrt(Math.max(1e-6, ofGround * ofPiece));
}
