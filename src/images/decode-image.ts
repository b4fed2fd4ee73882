import sharp, { type Sharp } from "sharp";
import { messageOf } from "#base/pipeline-error.ts";
import type { ModelPreset } from "#data/model-preset.ts";

/** A picture as the model wants it, and how large it was. */
export interface DecodedImage {
  /** RGB, 0..255, shape (height, width, 3) of the preset. */
  readonly pixels: Uint8Array;
  /** Size of the upright original, in pixels. */
  readonly width: number;
  readonly height: number;
}

export interface DecodeOptions {
  readonly preset: Pick<ModelPreset, "width" | "height" | "resize" | "cropFrom" | "kernel">;
  /** Pictures of more pixels are refused, so that a decompression bomb cannot fill the memory. */
  readonly maxPixels: number;
}

// the concurrency is one level up, a picture a task: threads within a picture would only compete
sharp.concurrency(1);
// no picture is opened twice
sharp.cache(false);

/**
 * Decodes a file, turns it upright by its EXIF orientation, lays transparency on white, converts to sRGB and scales it to the
 * preset's size. Of an animation or a document the first page is taken. Slightly damaged files are read, truncated ones not.
 *
 * @throws Error with libvips' reason in one line
 */
export async function decodeImage(path: string, { preset, maxPixels }: DecodeOptions): Promise<DecodedImage> {
  try {
    const source = sharp(path, { failOn: "error", limitInputPixels: maxPixels });
    const { autoOrient } = await source.metadata();
    const upright = source.autoOrient().flatten({ background: "white" }).toColourspace("srgb");
    const { data, info } = await resized(upright, preset).raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    const expected = preset.width * preset.height * 3;
    if (info.channels !== 3 || data.length !== expected) {
      throw new Error(`Expected ${expected} bytes of RGB, found ${data.length} in ${info.channels} channels`);
    }
    return { pixels: data, width: autoOrient.width, height: autoOrient.height };
  } catch (error) {
    throw new Error(reasonOf(error, path), { cause: error });
  }
}

function resized(image: Sharp, preset: DecodeOptions["preset"]): Sharp {
  const { width, height, kernel } = preset;
  if (preset.resize === "squash") return image.resize({ width, height, fit: "fill", kernel });
  if (preset.resize === "pad") {
    return image.resize({ width, height, fit: "contain", background: { r: 127, g: 127, b: 127 }, kernel });
  }
  const shorter = preset.cropFrom ?? Math.min(width, height);
  const left = Math.floor((shorter - width) / 2);
  const top = Math.floor((shorter - height) / 2);
  return image.resize({ width: shorter, height: shorter, fit: "cover", kernel }).extract({ left, top, width, height });
}

// libvips puts the path in front of some reasons and says some twice; reports name the image by its id
function reasonOf(error: unknown, path: string): string {
  const parts = messageOf(error).replaceAll(`${path}: `, "").replaceAll(path, "the file").split("; ");
  return [...new Set(parts)].join("; ");
}
