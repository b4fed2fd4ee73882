/** A part of a picture, in shares of its width and height. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A border has one colour: its pixels differ from that of the outermost line by no more in any channel, but for a few. */
const TOLERANCE = 24;
const OUTLIERS = 0.02;
/** Borders that are thinner on every side, as a share of the picture's, change too little to be worth a view of its own. */
const THINNEST = 0.03;
/** What is left when more is cut off, along an axis, is hardly a picture with a border. */
const LEAST_LEFT = 0.25;

/**
 * The picture within its uniform borders: bars, frames, passe-partouts, plain margins. Each side may have a colour of its own.
 *
 * @param pixels RGB, 0..255, shape (height, width, 3)
 * @returns undefined where there is no border, or little else
 */
export function findBorders(pixels: Uint8Array, width: number, height: number): Box | undefined {
  const top = borderLines(pixels, { lines: height, step: width, first: 0, along: 1, length: width });
  const last = (height - 1) * width;
  const bottom = borderLines(pixels, { lines: height - top, step: -width, first: last, along: 1, length: width });
  const rows = { first: top * width, along: width, length: height - top - bottom };
  if (rows.length < LEAST_LEFT * height) return undefined;
  const left = borderLines(pixels, { ...rows, lines: width, step: 1 });
  const right = borderLines(pixels, { ...rows, lines: width - left, step: -1, first: rows.first + width - 1 });
  const columns = width - left - right;
  const thickest = Math.max(top / height, bottom / height, left / width, right / width);
  if (columns < LEAST_LEFT * width || thickest < THINNEST) return undefined;
  return { left: left / width, top: top / height, width: columns / width, height: rows.length / height };
}

/** Lines of pixels, from the outermost inward; `step` and `along` lead to the next line, and to the next pixel of one. */
interface Lines {
  readonly lines: number;
  readonly first: number;
  readonly step: number;
  readonly along: number;
  readonly length: number;
}

/** How many of the lines, from the first on, have its colour throughout. */
function borderLines(pixels: Uint8Array, { lines, first, step, along, length }: Lines): number {
  const mean = [0, 1, 2].map((channel) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += pixels[3 * (first + i * along) + channel];
    return sum / length;
  });
  for (let line = 0; line < lines; line++) {
    let outliers = 0;
    for (let i = 0; i < length; i++) {
      const pixel = 3 * (first + line * step + i * along);
      if (mean.some((value, channel) => Math.abs(pixels[pixel + channel] - value) > TOLERANCE)) outliers++;
    }
    if (outliers > OUTLIERS * length) return line;
  }
  return lines;
}
