import type { Sharp } from "sharp";
import type { ModelPreset } from "#data/model-preset.ts";
import type { View } from "#data/view.ts";
import { cutOut, mirrored, type Pixels } from "#images/cut-pixels.ts";
import { type Box, findBorders } from "#images/find-borders.ts";
import { type OpenPicture, openPicture, type PictureLimits } from "#images/open-picture.ts";
import { FAST_SHRINK, growsIn, rawOf, scaledUp } from "#images/scale-up.ts";

/** Changes with the pixels that a file gives, so that an index made otherwise is not mixed with this one's features. */
export const DECODER_VERSION = 2;

/** A picture as the model wants it, and how large it was. */
export interface DecodedImage {
  /** RGB, 0..255, shape (height, width, 3) of the preset. */
  readonly pixels: Uint8Array;
  /** Its views, of the same shape, in the order in which they were asked for; undefined for one that is like the picture. */
  readonly views: readonly (Uint8Array | undefined)[];
  /** Size of the upright original, in pixels. */
  readonly width: number;
  readonly height: number;
}

export interface DecodeOptions {
  readonly preset: Pick<ModelPreset, "width" | "height" | "resize" | "cropFrom" | "kernel">;
  /** Ways to see the picture besides as it stands. */
  readonly views: readonly View[];
}

/** Sides of `centre` and `corners`, of the picture's: half of its area. */
const CROP_SIDE = Math.SQRT1_2;
/** Side of the small picture in which borders are looked for, in pixels. */
const BORDERS_SIDE = 96;

/**
 * Decodes a file, turns it upright by its EXIF orientation, lays transparency on white, converts to sRGB and scales it to the
 * preset's size. Of an animation or a document the first page is taken. Slightly damaged files are read, truncated ones not.
 *
 * @param source path, or the bytes of a file
 * @throws as `openPicture` does
 */
export async function decodeImage(
  source: string | Uint8Array,
  options: DecodeOptions,
  limits: PictureLimits,
): Promise<DecodedImage> {
  const file = await openPicture(source, limits);
  const picture = { file, options };
  const pixels = await decoded(picture, options.preset);
  const views = await viewsOf(picture, pixels);
  return { pixels: pixels.data, views, width: file.width, height: file.height };
}

interface Picture {
  readonly file: OpenPicture;
  readonly options: DecodeOptions;
}

/** The picture, or a part of it, scaled to a preset's size. */
async function decoded({ file }: Picture, preset: DecodeOptions["preset"], part?: Box): Promise<Pixels> {
  const whole = part ? inPixels(part, file) : { left: 0, top: 0, width: file.width, height: file.height };
  let upright = file.decode().autoOrient();
  if (part) upright = upright.extract(whole);
  upright = upright.flatten({ background: "white" }).toColourspace("srgb");
  if (growsIn(whole, preset)) return scaledUp(upright, whole, preset);
  return rawOf(resized(upright, preset), preset);
}

function inPixels(part: Box, { width, height }: OpenPicture) {
  const left = Math.min(width - 1, Math.round(part.left * width));
  const top = Math.min(height - 1, Math.round(part.top * height));
  return {
    left,
    top,
    width: Math.min(width - left, Math.max(1, Math.round(part.width * width))),
    height: Math.min(height - top, Math.max(1, Math.round(part.height * height))),
  };
}

async function viewsOf(picture: Picture, pixels: Pixels): Promise<(Uint8Array | undefined)[]> {
  const { preset, views } = picture.options;
  const seen: (Uint8Array | undefined)[] = [];
  let larger: Pixels | undefined;
  for (const view of views) {
    if (view === "mirrored") seen.push(mirrored(pixels));
    else if (view === "trimmed") seen.push(await trimmed(picture, pixels));
    else {
      // so large that the crops need not be scaled
      larger ??= await decoded(picture, enlarged(preset));
      seen.push(...crops(larger, pixels, view));
    }
  }
  return seen;
}

async function trimmed(picture: Picture, pixels: Pixels): Promise<Uint8Array | undefined> {
  const { preset } = picture.options;
  const small = { width: BORDERS_SIDE, height: BORDERS_SIDE, resize: "squash", kernel: "linear" } as const;
  const whole = preset.resize === "squash" ? pixels : await decoded(picture, small);
  const inner = findBorders(whole.data, whole.width, whole.height);
  return inner && (await decoded(picture, preset, inner)).data;
}

function crops(larger: Pixels, { width, height }: Pixels, view: "centre" | "corners"): Uint8Array[] {
  const [right, bottom] = [larger.width - width, larger.height - height];
  const places =
    view === "centre"
      ? [[right >> 1, bottom >> 1]]
      : [0, bottom].flatMap((top) => [0, right].map((left): [number, number] => [left, top]));
  return places.map(([left, top]) => cutOut(larger, { left, top, width, height }));
}

/** The same way to scale, to a larger size: crops of it have the preset's. */
function enlarged(preset: DecodeOptions["preset"]): DecodeOptions["preset"] {
  const [width, height] = [preset.width, preset.height].map((side) => Math.round(side / CROP_SIDE));
  if (preset.cropFrom === undefined) return { ...preset, width, height };
  return { ...preset, width, height, cropFrom: Math.round(preset.cropFrom / CROP_SIDE) };
}

function resized(image: Sharp, preset: DecodeOptions["preset"]): Sharp {
  const { width, height, kernel } = preset;
  const how = { kernel, fastShrinkOnLoad: FAST_SHRINK };
  if (preset.resize === "squash") return image.resize({ width, height, fit: "fill", ...how });
  if (preset.resize === "pad") {
    return image.resize({ width, height, fit: "contain", background: { r: 127, g: 127, b: 127 }, ...how });
  }
  const scale = (preset.cropFrom ?? Math.min(width, height)) / Math.min(width, height);
  const [outerWidth, outerHeight] = [Math.round(width * scale), Math.round(height * scale)];
  const left = Math.floor((outerWidth - width) / 2);
  const top = Math.floor((outerHeight - height) / 2);
  return image
    .resize({ width: outerWidth, height: outerHeight, fit: "cover", ...how })
    .extract({ left, top, width, height });
}
