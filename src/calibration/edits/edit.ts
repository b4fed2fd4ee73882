import sharp, { type Sharp } from "sharp";
import type { SeededRandom } from "#base/seeded-random.ts";
import type { Pixels } from "#images/cut-pixels.ts";

/**
 * Edits a picture as copies on the web are edited.
 *
 * @param strength from 0, hardly seen, to 1, as bold as one meets
 */
export type Edit = (picture: Pixels, strength: number, random: SeededRandom) => Sharp | Promise<Sharp>;

export function opened({ data, width, height }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** A number of pixels: at least one. */
export function whole(length: number): number {
  return Math.max(1, Math.round(length));
}

/** From `mild` at strength 0 to `bold` at strength 1. */
export function graded(mild: number, bold: number, strength: number): number {
  return mild + (bold - mild) * strength;
}

/** Black and white are the most frequent of bars, frames and masks. */
export function flatColour(random: SeededRandom): { r: number; g: number; b: number } {
  const kind = random.integer(0, 4);
  if (kind < 2) return kind === 0 ? { r: 0, g: 0, b: 0 } : { r: 255, g: 255, b: 255 };
  return { r: random.integer(0, 256), g: random.integer(0, 256), b: random.integer(0, 256) };
}

/** What an edit made, as pixels for the next one. */
export async function pixelsOf(image: Sharp): Promise<Pixels> {
  const opaque = image.removeAlpha().toColourspace("srgb").raw({ depth: "uchar" });
  const { data, info } = await opaque.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { data, width, height };
  // libvips keeps what has become gray in one channel
  return {
    data: Uint8Array.from({ length: 3 * width * height }, (_, i) => data[Math.floor(i / 3) * channels]),
    width,
    height,
  };
}
