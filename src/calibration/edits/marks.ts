import type { SeededRandom } from "#base/seeded-random.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** An SVG picture of some shapes. */
export function composedOf({ width, height }: Size, shapes: string): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes}</svg>`);
}

/** Smaller writing cannot be seen, and pictures of a few lines would hold thousands of marks. */
const SMALLEST = 3;

/** A line of marks that look like writing from afar; no font is needed. Its corner is the origin. */
export function writing(length: number, wanted: number, ink: string, random: SeededRandom): string {
  const size = Math.max(SMALLEST, wanted);
  let path = "";
  for (let x = 0; x + size * 0.6 < length; x += size * random.between(0.55, 0.75)) {
    // the space between two words
    if (random.between(0, 1) < 0.16) continue;
    const points = Array.from({ length: random.integer(2, 5) }, () => {
      return `${(x + random.between(0, 0.5) * size).toFixed(1)} ${(random.between(0.1, 1) * size).toFixed(1)}`;
    });
    path += `M${points.join("L")}`;
  }
  return `<path d="${path}" stroke="${ink}" stroke-width="${(size * 0.13).toFixed(1)}" fill="none"/>`;
}

/** Lines of writing over a part of a page, of unlike lengths. */
export function textLines({ width, height }: Size, wanted: number, ink: string, random: SeededRandom): string {
  const lines: string[] = [];
  const size = Math.max(SMALLEST, wanted);
  for (let y = size; y + 1.5 * size < height; y += 1.9 * size) {
    const line = writing(width * random.between(0.3, 0.9), size, ink, random);
    lines.push(`<g transform="translate(${(width * 0.04).toFixed(1)} ${y.toFixed(1)})">${line}</g>`);
  }
  return lines.join("");
}
