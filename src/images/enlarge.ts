import type { Pixels } from "#images/cut-pixels.ts";

type Kernel = "linear" | "cubic" | "lanczos3";

/** How far a kernel reaches, in pixels of the smaller picture. */
const REACH: Readonly<Record<Kernel, number>> = { linear: 1, cubic: 2, lanczos3: 3 };

/** Weight of a pixel at a distance below the kernel's reach. */
const WEIGHT: Readonly<Record<Kernel, (distance: number) => number>> = {
  linear: (x) => 1 - x,
  // Catmull-Rom
  cubic: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2),
  lanczos3: (x) => (x === 0 ? 1 : (3 * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / 3)) / (Math.PI * x) ** 2),
};

/** A part of a picture, in pixels, which may be fractions. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels around an area that have a share in the enlarged picture. */
export const MARGIN = Math.max(...Object.values(REACH)) + 1;

/**
 * Enlarges a part of a picture, pixel centres to pixel centres. libvips lays a picture half a pixel off as soon as one side grows, so that
 * a small copy would differ from its original.
 *
 * @param area no longer than the new size on either side
 * @returns RGB, 0..255, shape (height, width, 3)
 */
export function enlarge(picture: Pixels, area: Area, size: { width: number; height: number }, kernel: Kernel): Pixels {
  const { width, height } = size;
  const columns = taps({ start: area.left, length: area.width, end: picture.width }, width, kernel);
  const lines = taps({ start: area.top, length: area.height, end: picture.height }, height, kernel);
  const values = weighLines(weighColumns(picture, columns), width, lines);
  return { width, height, data: Uint8Array.from(Uint8ClampedArray.from(values)) };
}

/** What a place is made of: `weights[i]` is of place `first + i`. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

function taps(part: { start: number; length: number; end: number }, count: number, kernel: Kernel): Taps[] {
  const reach = REACH[kernel];
  return Array.from({ length: count }, (_, place) => {
    const centre = part.start + ((place + 0.5) * part.length) / count;
    const first = Math.max(0, Math.round(centre - reach));
    const end = Math.min(part.end, Math.round(centre + reach));
    const weights = Float64Array.from({ length: end - first }, (__, i) => {
      const distance = Math.abs(first + i + 0.5 - centre);
      return distance < reach ? WEIGHT[kernel](distance) : 0;
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

function weighColumns({ data, width, height }: Pixels, columns: readonly Taps[]): Float64Array {
  const values = new Float64Array(height * columns.length * 3);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (const { first, weights } of columns) {
      const from = 3 * (y * width + first);
      for (let channel = 0; channel < 3; channel++, at++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++) sum += weights[i] * data[from + 3 * i + channel];
        values[at] = sum;
      }
    }
  }
  return values;
}

function weighLines(rows: Float64Array, width: number, lines: readonly Taps[]): Float64Array {
  const stride = 3 * width;
  const values = new Float64Array(lines.length * stride);
  for (const [y, { first, weights }] of lines.entries()) {
    for (let i = 0; i < weights.length; i++) {
      const from = (first + i) * stride;
      for (let x = 0; x < stride; x++) values[y * stride + x] += weights[i] * rows[from + x];
    }
  }
  return values;
}
