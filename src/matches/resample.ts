import { type GrayPicture, grayPicture } from "#data/gray-picture.ts";

/** A picture at another size: every new pixel is the mean of the area that it covers. */
export function scaled(picture: GrayPicture, width: number, height: number): GrayPicture {
  const across = new Float32Array(width * picture.height);
  const columns = coverage(picture.width, width);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < width; x++) {
      const offset = y * picture.width + columns.first[x];
      const weight = x * columns.most;
      let sum = 0;
      for (let k = 0; k < columns.most; k++) sum += columns.weights[weight + k] * picture.values[offset + k];
      across[y * width + x] = sum;
    }
  }
  const result = grayPicture(width, height);
  const rows = coverage(picture.height, height);
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < rows.most; k++) {
      const weight = rows.weights[y * rows.most + k];
      const offset = (rows.first[y] + k) * width;
      for (let x = 0; x < width; x++) result.values[y * width + x] += weight * across[offset + x];
    }
  }
  return result;
}

/** Which old pixels each new one covers, and how much of each. */
interface Coverage {
  /** How many old pixels a new one covers at most: those that it does not cover have no weight. */
  readonly most: number;
  /** The first of them, so that `most` follow within the picture. */
  readonly first: Uint32Array;
  /** Shape (new pixels, most). */
  readonly weights: Float64Array;
}

/** Sizes are few and small, so that each is computed once. */
const coverages = new Map<number, Coverage>();

function coverage(from: number, to: number): Coverage {
  const key = from * 65_536 + to;
  let known = coverages.get(key);
  if (!known) {
    known = newCoverage(from, to);
    coverages.set(key, known);
  }
  return known;
}

function newCoverage(from: number, to: number): Coverage {
  const ratio = from / to;
  // enlarged pictures are interpolated: a new pixel covers at least one old one
  const half = Math.max(ratio, 1) / 2;
  const most = Math.min(from, Math.ceil(2 * half) + 1);
  const first = new Uint32Array(to);
  const weights = new Float64Array(to * most);
  for (let i = 0; i < to; i++) {
    const start = Math.max(0, (i + 0.5) * ratio - half);
    const end = Math.min(from, (i + 0.5) * ratio + half);
    first[i] = Math.min(Math.floor(start), from - most);
    for (let k = 0; k < most; k++) {
      const [left, right] = [Math.max(first[i] + k, start), Math.min(first[i] + k + 1, end)];
      weights[i * most + k] = Math.max(0, right - left) / (end - start);
    }
  }
  return { most, first, weights };
}

/** The picture whose longer side is `side` pixels. */
export function fitted(picture: GrayPicture, side: number): GrayPicture {
  const { width, height } = fittedSize(picture, side);
  return scaled(picture, width, height);
}

/** Its size. */
export function fittedSize({ width, height }: { width: number; height: number }, side: number) {
  const ratio = side / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * ratio)), height: Math.max(1, Math.round(height * ratio)) };
}

/** The picture as a mirror shows it. */
export function mirrored({ width, height, values }: GrayPicture): GrayPicture {
  const result = grayPicture(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) result.values[y * width + x] = values[y * width + (width - 1 - x)];
  }
  return result;
}

/**
 * Each pixel less the mean around it, over the deviation around it: what is left does not depend on tone, and a mask changes it only
 * near itself.
 *
 * @param reach pixels on each side that count as around; @param floor deviation that is added, so that plain areas stay plain
 */
export function evened(picture: GrayPicture, reach: number, floor: number): GrayPicture {
  const { width, height, values } = picture;
  const sums = summedArea(values, width, height);
  const squares = summedSquares(picture);
  const result = grayPicture(width, height);
  const stride = width + 1;
  for (let y = 0; y < height; y++) {
    const upper = Math.max(0, y - reach) * stride;
    const lower = Math.min(height, y + reach + 1) * stride;
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - reach);
      const right = Math.min(width, x + reach + 1);
      const each = stride / ((lower - upper) * (right - left));
      const mean = (sums[lower + right] - sums[upper + right] - sums[lower + left] + sums[upper + left]) * each;
      const square = squares[lower + right] - squares[upper + right] - squares[lower + left] + squares[upper + left];
      const variance = square * each - mean * mean;
      result.values[y * width + x] = (values[y * width + x] - mean) / (Math.sqrt(Math.max(0, variance)) + floor);
    }
  }
  return result;
}

/** The sums of all squares above and left of each corner, as `summedArea` of the values. */
export function summedSquares({ width, height, values }: GrayPicture): Float64Array {
  const squares = new Float32Array(values.length);
  for (let i = 0; i < squares.length; i++) squares[i] = values[i] * values[i];
  return summedArea(squares, width, height);
}

/** Sums of all pixels above and left of each corner, float64, shape (height + 1, width + 1). */
function summedArea(values: Float32Array, width: number, height: number): Float64Array {
  const sums = new Float64Array((width + 1) * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += values[y * width + x];
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
    }
  }
  return sums;
}

/** The sum over columns `left` to `right` and rows `top` to `bottom`, half open, of a picture of this width. */
export function areaSum(
  sums: Float64Array,
  width: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number {
  const stride = width + 1;
  return (
    sums[bottom * stride + right] -
    sums[top * stride + right] -
    sums[bottom * stride + left] +
    sums[top * stride + left]
  );
}
