import sharp from "sharp";
import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { distance } from "#data/feature-matrix.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { decodeImage } from "#images/decode-image.ts";
import { resample } from "#images/resample.ts";
import { findModel } from "#settings/find-model.ts";
import { drawPicture } from "../support/pictures.ts";

const LIMITS = { maxPixels: 1e8, maxDecodedBytes: 1e9 };

const TILE = 197;

/** Noise of a deviation of about 20 around 128; that of sharp is another at each call. */
function noiseTile(seed: number): Buffer {
  const random = new SeededRandom(seed);
  const noise = () => random.between(-1, 1) + random.between(-1, 1) + random.between(-1, 1);
  return Buffer.from(Uint8Array.from({ length: 3 * TILE * TILE }, () => 128 + 20 * noise()));
}

/** Coloured blotches under fine noise, as a camera makes it: what a coarse way to make pictures smaller would turn into patterns. */
async function drawJpeg(seed: number, width: number, height: number): Promise<Buffer> {
  const blotches = await drawPicture(seed, { width, height }).ensureAlpha(0.6).png().toBuffer();
  return sharp({ create: { width, height, channels: 3, background: "gray" } })
    .composite([
      { input: noiseTile(seed), raw: { width: TILE, height: TILE, channels: 3 }, tile: true },
      { input: blotches },
    ])
    .jpeg({ quality: 90 })
    .toBuffer();
}

test.each([
  [600, 350],
  [800, 1400],
  [1000, 700],
  [3000, 2000],
])(
  "a JPEG of %i × %i that is shrunk while it is decoded has the feature of the whole one within 0.05",
  async (width, height) => {
    const { file, preset } = findModel({ model: "twinsift-copy-1", preset: null, presets: {} });
    const model = await FeatureModel.open(file, preset, { device: "cpu", threads: 1 });
    // the same model on more pixels would see less of the loss: this is the least size of a shipped model
    for (const seed of [1, 2, 3]) {
      const jpeg = await drawJpeg(seed, width, height);
      const { data } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
      const whole = resample({ data, width, height }, { left: 0, top: 0, width, height }, preset, preset.kernel);
      const features = [await model.embed(whole.data)];
      for (const views of [[], preset.views]) {
        const { pixels } = await decodeImage(jpeg, { preset, views }, LIMITS);
        features.push(await model.embed(pixels));
      }
      const [exact, alone, withViews] = features.map((values) => ({ values, rowCount: 1, dim: model.dim }));
      expect(distance(exact, 0, alone, 0)).toBeLessThan(0.05);
      expect(distance(exact, 0, withViews, 0)).toBeLessThan(0.05);
    }
  },
);
