import type { Sharp } from "sharp";
import type { ModelPreset } from "#data/model-preset.ts";
import type { Pixels } from "#images/cut-pixels.ts";
import { decoder, openPicture, type PictureLimits } from "#images/open-picture.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a picture is made of: all of it, not always in its own size. */
export interface WorkingPicture {
  readonly pixels: Pixels;
  /** Of the upright original, in pixels. */
  readonly original: Size;
}

/** Larger pictures are made smaller while they are decoded: measured, it costs less than to decode them whole. */
const WHOLE_PIXELS = 200_000;

/** Files so small seldom hold more pixels: their header need not be read first, which takes a tenth of the time. */
const WHOLE_BYTES = 40_000;

/** More than any sample takes. */
const MOST_BYTES_A_PIXEL = 64;

/** A JPEG is decoded at half, a quarter or an eighth of its size where that is still so many times what is wanted. */
const SHRINK_MARGIN = 1.5;

/**
 * Decodes a picture once for everything that is made of it: whole where it is small, else scaled down to the size that is wanted, or to its
 * own on a side that is shorter.
 *
 * @param source path or bytes, as `readPicture` gives them
 * @param wanted the least size that keeps what is needed of an original
 * @throws as `openPicture` does
 */
export async function workingPicture(
  source: string | Uint8Array,
  limits: PictureLimits,
  { wanted, kernel }: { wanted: (original: Size) => Size; kernel: ModelPreset["kernel"] },
): Promise<WorkingPicture> {
  const small = await wholeIfSmall(source, limits);
  if (small) return small;
  const file = await openPicture(source, limits);
  const { width, height } = file;
  const upright = asSeen(file.decode());
  if (width * height <= WHOLE_PIXELS) return { pixels: await rawOf(upright, file), original: file };
  const least = wanted(file);
  const size = { width: Math.min(width, least.width), height: Math.min(height, least.height) };
  const shrink = Math.min(width / size.width, height / size.height);
  // sharp shrinks to no less than once the size where it is told to be fast, else to no less than twice
  const fastShrinkOnLoad = shrink >= 2 * SHRINK_MARGIN && shrink < 4;
  const scaled = upright.resize({ ...size, fit: "fill", kernel, fastShrinkOnLoad });
  return { pixels: await rawOf(scaled, size), original: file };
}

/** @returns undefined for what is large, and for what cannot be decoded: reading its header tells why */
async function wholeIfSmall(source: string | Uint8Array, limits: PictureLimits): Promise<WorkingPicture | undefined> {
  if (typeof source === "string" || source.length > WHOLE_BYTES) return undefined;
  if (WHOLE_PIXELS > limits.maxPixels || WHOLE_PIXELS * MOST_BYTES_A_PIXEL > limits.maxDecodedBytes) return undefined;
  try {
    const { data, info } = await rawBytes(asSeen(decoder(source, WHOLE_PIXELS)));
    const { width, height, channels } = info;
    return channels === 3 ? { pixels: { data, width, height }, original: { width, height } } : undefined;
  } catch {
    return undefined;
  }
}

/** Upright, transparency laid on white, in sRGB. */
function asSeen(picture: Sharp): Sharp {
  return picture.autoOrient().flatten({ background: "white" }).toColourspace("srgb");
}

function rawBytes(picture: Sharp) {
  return picture.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
}

/** RGB of a pipeline that ends in a known size. */
async function rawOf(picture: Sharp, { width, height }: Size): Promise<Pixels> {
  const { data, info } = await rawBytes(picture);
  const expected = width * height * 3;
  if (info.channels !== 3 || data.length !== expected) {
    throw new Error(`Expected ${expected} bytes of RGB, found ${data.length} in ${info.channels} channels`);
  }
  return { data, width, height };
}
