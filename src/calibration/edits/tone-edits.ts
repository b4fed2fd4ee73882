import sharp from "sharp";
import { type Edit, graded, opened } from "#calibration/edits/edit.ts";
import type { Pixels } from "#images/cut-pixels.ts";

function mapped(picture: Pixels, tone: (value: number) => number) {
  const table = Uint8ClampedArray.from({ length: 256 }, (_, value) => tone(value));
  return opened({ ...picture, data: Uint8Array.from(picture.data, (value) => table[value]) });
}

const brightness: Edit = (picture, strength, random) => {
  const factor = random.pick([graded(1.05, 1.5, strength), graded(0.95, 0.55, strength)]);
  return mapped(picture, (value) => value * factor);
};

const gamma: Edit = (picture, strength, random) => {
  const exponent = Math.exp(random.pick([-1, 1]) * graded(0.1, 0.85, strength));
  return mapped(picture, (value) => 255 * (value / 255) ** exponent);
};

const contrast: Edit = (picture, strength, random) => {
  const factor = random.pick([graded(1.1, 1.7, strength), graded(0.9, 0.5, strength)]);
  return mapped(picture, (value) => 128 + (value - 128) * factor);
};

const saturation: Edit = (picture, strength, random) => {
  return opened(picture).modulate({
    saturation: random.pick([graded(1.2, 2.2, strength), graded(0.8, 0.15, strength)]),
  });
};

/** A cast of colour, as of a filter or an old print. */
const cast: Edit = (picture, strength, random) => {
  const swing = graded(0.06, 0.35, strength);
  const gains = [0, 1, 2].map(() => 1 + random.between(-swing, swing));
  return opened(picture).linear(gains, [0, 0, 0]);
};

const gray: Edit = (picture, strength) =>
  opened(picture)
    .grayscale()
    .linear(1 + 0.3 * strength, -35 * strength);

/** Relative to the picture, so that large and small ones become unsharp alike. */
const blur: Edit = (picture, strength) => {
  return opened(picture).blur(Math.max(0.4, Math.max(picture.width, picture.height) * graded(0.0015, 0.011, strength)));
};

const sharpen: Edit = (picture, strength) => opened(picture).sharpen({ sigma: graded(0.7, 2.6, strength), m2: 8 });

const noise: Edit = (picture, strength, random) => {
  const spread = graded(6, 45, strength);
  // the sum of two uniform numbers: a tent, near enough to a bell
  const noisy = Uint8ClampedArray.from(
    picture.data,
    (value) => value + spread * (random.between(-1, 1) + random.between(-1, 1)),
  );
  return opened({ ...picture, data: new Uint8Array(noisy.buffer) });
};

const palette: Edit = async (picture, strength) => {
  const colours = Math.round(48 * (6 / 48) ** strength);
  return sharp(await opened(picture).png({ palette: true, colours, effort: 1 }).toBuffer());
};

const reencode: Edit = async (picture, strength, random) => {
  const quality = Math.round(graded(60, 8, strength));
  const image = opened(picture);
  return sharp(
    await (random.pick([true, false]) ? image.jpeg({ quality }) : image.webp({ quality, effort: 1 })).toBuffer(),
  );
};

/** Edits that change how pixels look, and not where they are. */
export const TONE_EDITS: Readonly<Record<string, Edit>> = {
  brightness,
  gamma,
  contrast,
  saturation,
  cast,
  gray,
  blur,
  sharpen,
  noise,
  palette,
  reencode,
};
