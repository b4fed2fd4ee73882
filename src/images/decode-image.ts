import type { ModelPreset } from "#data/model-preset.ts";
import type { View } from "#data/view.ts";
import { cutOut, mirrored, type Pixels } from "#images/cut-pixels.ts";
import { type Box, findBorders } from "#images/find-borders.ts";
import { type PictureLimits, readPicture } from "#images/open-picture.ts";
import { type Area, resample } from "#images/resample.ts";
import { type Size, workingPicture } from "#images/working-picture.ts";

/** Changes with the pixels that a file gives, so that an index made otherwise is not mixed with this one's features. */
export const DECODER_VERSION = 3;

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
/** Around a picture that is padded. */
const GRAY = 127;
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
  const { preset, views } = options;
  const input = typeof source === "string" ? readPicture(source) : source;
  const wanted = (original: Size) => wantedSize(original, options);
  const { pixels: working, original } = await workingPicture(input, limits, { wanted, kernel: preset.kernel });
  const pixels = scaled(working, preset);
  const seen = viewsOf({ working, preset }, pixels, views);
  return { pixels: pixels.data, views: seen, width: original.width, height: original.height };
}

/** What is seen of a file: `working` is all of it, as large as everything that is made of it needs. */
interface Picture {
  readonly working: Pixels;
  readonly preset: DecodeOptions["preset"];
}

/** The working picture is so many times as large as what is cut out of it and scaled. */
const WORKING_MARGIN = 2;

/** The least working picture: squashed to a size it is the picture itself, unless more is made of it. */
function wantedSize(file: Size, { preset, views }: DecodeOptions): Size {
  const isWhole = preset.resize === "squash" && views.length === 0;
  const largest = views.some((view) => view === "centre" || view === "corners") ? enlarged(preset) : preset;
  const margin = isWhole ? 1 : WORKING_MARGIN;
  if (preset.resize === "squash") return { width: margin * largest.width, height: margin * largest.height };
  const scale = margin * scaleOf(file, largest);
  return { width: Math.round(file.width * scale) || 1, height: Math.round(file.height * scale) || 1 };
}

/** The picture, or a part of it, scaled to a preset's size. */
function scaled(working: Pixels, preset: DecodeOptions["preset"], part?: Box): Pixels {
  const area = part ? inPixels(part, working) : { left: 0, top: 0, width: working.width, height: working.height };
  const { width, height, kernel, resize } = preset;
  if (resize === "squash") {
    const isDone = !part && width === working.width && height === working.height;
    return isDone ? working : resample(working, area, preset, kernel);
  }
  const scale = scaleOf(area, preset);
  if (resize === "pad") return padded(working, area, scale, preset);
  const [shownWidth, shownHeight] = [Math.min(area.width, width / scale), Math.min(area.height, height / scale)];
  const left = area.left + (area.width - shownWidth) / 2;
  const top = area.top + (area.height - shownHeight) / 2;
  return resample(working, { left, top, width: shownWidth, height: shownHeight }, preset, kernel);
}

/** By how much `crop` and `pad` scale a picture. */
function scaleOf({ width, height }: Size, preset: DecodeOptions["preset"]): number {
  if (preset.resize === "pad") return Math.min(preset.width / width, preset.height / height);
  const outer = (preset.cropFrom ?? Math.min(preset.width, preset.height)) / Math.min(preset.width, preset.height);
  return Math.max((outer * preset.width) / width, (outer * preset.height) / height);
}

function padded(working: Pixels, area: Area, scale: number, preset: DecodeOptions["preset"]): Pixels {
  const { width, height, kernel } = preset;
  const size = {
    width: Math.min(width, Math.max(1, Math.round(area.width * scale))),
    height: Math.min(height, Math.max(1, Math.round(area.height * scale))),
  };
  const inner = resample(working, area, size, kernel);
  const data = new Uint8Array(3 * width * height).fill(GRAY);
  const left = Math.floor((width - size.width) / 2);
  const top = Math.floor((height - size.height) / 2);
  for (let row = 0; row < size.height; row++) {
    const line = inner.data.subarray(3 * row * size.width, 3 * (row + 1) * size.width);
    data.set(line, 3 * ((top + row) * width + left));
  }
  return { data, width, height };
}

function inPixels(part: Box, { width, height }: Size): Area {
  const left = Math.min(width - 1, Math.round(part.left * width));
  const top = Math.min(height - 1, Math.round(part.top * height));
  return {
    left,
    top,
    width: Math.min(width - left, Math.max(1, Math.round(part.width * width))),
    height: Math.min(height - top, Math.max(1, Math.round(part.height * height))),
  };
}

function viewsOf({ working, preset }: Picture, pixels: Pixels, views: readonly View[]): (Uint8Array | undefined)[] {
  const seen: (Uint8Array | undefined)[] = [];
  let larger: Pixels | undefined;
  for (const view of views) {
    if (view === "mirrored") seen.push(mirrored(pixels));
    else if (view === "trimmed") seen.push(trimmed({ working, preset }, pixels));
    else {
      // so large that the crops need not be scaled
      larger ??= scaled(working, enlarged(preset));
      seen.push(...crops(larger, pixels, view));
    }
  }
  return seen;
}

function trimmed({ working, preset }: Picture, pixels: Pixels): Uint8Array | undefined {
  const small = { width: BORDERS_SIDE, height: BORDERS_SIDE, resize: "squash", kernel: "linear" } as const;
  const whole = preset.resize === "squash" ? pixels : scaled(working, small);
  const inner = findBorders(whole.data, whole.width, whole.height);
  return inner && scaled(working, preset, inner).data;
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
