import { SeededRandom } from "#base/seeded-random.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import type { FeatureModel } from "#features/feature-model.ts";

/**
 * How far the features of one model, opened in two ways, lie apart: the larger distance of two pictures, one of noise and one smooth, as a share
 * of the feature's length.
 */
export async function featureDrift(
  some: Pick<FeatureModel, "embed" | "batch">,
  others: Pick<FeatureModel, "embed" | "batch">,
  { width, height }: Pick<ModelPreset, "width" | "height">,
): Promise<number> {
  const random = new SeededRandom(1);
  const wave = (i: number) => 255 * (0.5 + 0.5 * Math.sin((i / 3 / width) * (1 + (i % 3))));
  const half = 3 * width * height;
  const pixels = Uint8Array.from({ length: 2 * half }, (_, i) => (i < half ? random.integer(0, 256) : wave(i - half)));
  const [a, b] = [await embedTwo(some, pixels), await embedTwo(others, pixels)];
  const drifts = b.map((feature, i) => distance(feature, a[i]) / (Math.hypot(...feature) || 1));
  // Math.max gives NaN where one is
  return Math.max(...drifts);
}

async function embedTwo(model: Pick<FeatureModel, "embed" | "batch">, pixels: Uint8Array): Promise<Float32Array[]> {
  const half = pixels.length / 2;
  if (model.batch === 1) return [await model.embed(pixels.subarray(0, half)), await model.embed(pixels.subarray(half))];
  const both = await model.embed(pixels);
  return [both.subarray(0, both.length / 2), both.subarray(both.length / 2)];
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, f) => value - b[f]));
}
