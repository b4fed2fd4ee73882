import type { Sharp } from "sharp";
import type { ModelPreset } from "#data/model-preset.ts";
import type { Pixels } from "#images/cut-pixels.ts";
import { type Area, enlarge, MARGIN } from "#images/enlarge.ts";

type Preset = Pick<ModelPreset, "width" | "height" | "resize" | "cropFrom" | "kernel">;
interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * JPEG is shrunk while it is decoded to no less than twice the size that is wanted: to once the size costs hardly less, and lays copies of
 * one picture in several sizes twice as far apart.
 */
export const FAST_SHRINK = false;

const GRAY = 127;

/** Whether a picture is smaller than the preset's size on a side, so that scaling would enlarge it there. */
export function growsIn({ width, height }: Size, preset: Preset): boolean {
  if (preset.resize === "squash") return width < preset.width || height < preset.height;
  return scaleOf({ width, height }, preset) > 1;
}

/** Scales such a picture to the preset's size: libvips makes it smaller where it is larger, `enlarge` does the rest. */
export async function scaledUp(image: Sharp, whole: Size, preset: Preset): Promise<Pixels> {
  const { kernel } = preset;
  if (preset.resize === "squash") {
    const size = { width: Math.min(whole.width, preset.width), height: Math.min(whole.height, preset.height) };
    const picture = await rawOf(image.resize({ ...size, fit: "fill", kernel, fastShrinkOnLoad: FAST_SHRINK }), size);
    return enlarge(picture, { left: 0, top: 0, ...size }, preset, kernel);
  }
  return preset.resize === "crop" ? cropped(image, whole, preset) : padded(image, whole, preset);
}

/** By how much `crop` and `pad` scale a picture. */
function scaleOf({ width, height }: Size, preset: Preset): number {
  if (preset.resize === "pad") return Math.min(preset.width / width, preset.height / height);
  const outer = (preset.cropFrom ?? Math.min(preset.width, preset.height)) / Math.min(preset.width, preset.height);
  return Math.max((outer * preset.width) / width, (outer * preset.height) / height);
}

async function cropped(image: Sharp, whole: Size, preset: Preset): Promise<Pixels> {
  const scale = scaleOf(whole, preset);
  const [width, height] = [preset.width / scale, preset.height / scale];
  const box = { left: (whole.width - width) / 2, top: (whole.height - height) / 2, width, height };
  // a strip a million pixels long is not needed as a whole
  const left = Math.max(0, Math.floor(box.left) - MARGIN);
  const top = Math.max(0, Math.floor(box.top) - MARGIN);
  const size = {
    width: Math.min(whole.width, Math.ceil(box.left + width) + MARGIN) - left,
    height: Math.min(whole.height, Math.ceil(box.top + height) + MARGIN) - top,
  };
  const picture = await rawOf(image.extract({ left, top, ...size }), size);
  return enlarge(picture, { ...box, left: box.left - left, top: box.top - top }, preset, preset.kernel);
}

async function padded(image: Sharp, whole: Size, preset: Preset): Promise<Pixels> {
  const scale = scaleOf(whole, preset);
  const size = {
    width: Math.min(preset.width, Math.max(1, Math.round(whole.width * scale))),
    height: Math.min(preset.height, Math.max(1, Math.round(whole.height * scale))),
  };
  const box: Area = { left: 0, top: 0, width: whole.width, height: whole.height };
  const inner = enlarge(await rawOf(image, whole), box, size, preset.kernel);
  const data = new Uint8Array(3 * preset.width * preset.height).fill(GRAY);
  const left = Math.floor((preset.width - size.width) / 2);
  const top = Math.floor((preset.height - size.height) / 2);
  for (let row = 0; row < size.height; row++) {
    const line = inner.data.subarray(3 * row * size.width, 3 * (row + 1) * size.width);
    data.set(line, 3 * ((top + row) * preset.width + left));
  }
  return { data, width: preset.width, height: preset.height };
}

/** RGB of a pipeline that ends in a known size. */
export async function rawOf(image: Sharp, { width, height }: Size): Promise<Pixels> {
  const { data, info } = await image.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const expected = width * height * 3;
  if (info.channels !== 3 || data.length !== expected) {
    throw new Error(`Expected ${expected} bytes of RGB, found ${data.length} in ${info.channels} channels`);
  }
  return { data, width, height };
}
