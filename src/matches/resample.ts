import { type GrayPicture, grayPicture } from "#data/gray-picture.ts";

/** A picture at another size: every new pixel is the mean of the area that it covers. */
export function scaled(picture: GrayPicture, width: number, height: number): GrayPicture {
  const across = grayPicture(width, picture.height);
  const columns = coverage(picture.width, width);
  for (let x = 0; x < width; x++) {
    const { first, weights } = columns[x];
    for (let y = 0; y < picture.height; y++) {
      const offset = y * picture.width + first;
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * picture.values[offset + k];
      across.values[y * width + x] = sum;
    }
  }
  const result = grayPicture(width, height);
  const rows = coverage(picture.height, height);
  for (let y = 0; y < height; y++) {
    const { first, weights } = rows[y];
    for (let k = 0; k < weights.length; k++) {
      const weight = weights[k];
      const offset = (first + k) * width;
      for (let x = 0; x < width; x++) result.values[y * width + x] += weight * across.values[offset + x];
    }
  }
  return result;
}

/** Which old pixels a new one covers, and how much of each. */
interface Cover {
  readonly first: number;
  readonly weights: Float64Array;
}

const coverages = new Map<string, readonly Cover[]>();

/** Sizes are few and small, so that each is computed once. */
function coverage(from: number, to: number): readonly Cover[] {
  const key = `${from} ${to}`;
  let known = coverages.get(key);
  if (!known) {
    known = newCoverage(from, to);
    coverages.set(key, known);
  }
  return known;
}

function newCoverage(from: number, to: number): Cover[] {
  const ratio = from / to;
  return Array.from({ length: to }, (_, i) => {
    // enlarged pictures are interpolated: a new pixel covers at least one old one
    const centre = (i + 0.5) * ratio;
    const half = Math.max(ratio, 1) / 2;
    const start = Math.max(0, centre - half);
    const end = Math.min(from, centre + half);
    const first = Math.floor(start);
    const last = Math.min(from - 1, Math.ceil(end) - 1);
    const weights = Float64Array.from({ length: last - first + 1 }, (_, k) => {
      return (Math.min(first + k + 1, end) - Math.max(first + k, start)) / (end - start);
    });
    return { first, weights };
  });
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
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - reach), Math.min(height, y + reach + 1)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
      const count = (bottom - top) * (right - left);
      const mean = areaSum(sums, width, left, top, right, bottom) / count;
      const variance = areaSum(squares, width, left, top, right, bottom) / count - mean * mean;
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
