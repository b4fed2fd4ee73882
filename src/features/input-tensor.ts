import type { ModelPreset } from "#data/model-preset.ts";
import { toFloat16 } from "#onnx/float16.ts";

export type InputType = "float32" | "float16";

/** What the model gets for each of the 256 values of a pixel: three tables, in the order of the model's channels. */
export type PixelTables = readonly (Float32Array | Uint16Array)[];

/** (pixel − mean) / deviation for every pixel value, in the model's number type; float16 as its bits. */
export function pixelTables(preset: Pick<ModelPreset, "mean" | "deviation">, type: InputType): PixelTables {
  return preset.mean.map((mean, channel) => {
    const values = Float32Array.from({ length: 256 }, (_, pixel) => (pixel - mean) / preset.deviation[channel]);
    return type === "float32" ? values : Uint16Array.from(values, toFloat16);
  });
}

/**
 * Writes pictures into a model's input.
 *
 * @param pixels RGB, 0..255, shape (count, height, width, 3)
 * @param target shape (batch, 3, height, width) or (batch, height, width, 3), batch ≥ count; rows past `count` become 0
 */
export function fillInput(
  pixels: Uint8Array,
  preset: Pick<ModelPreset, "layout" | "channels" | "width" | "height">,
  tables: PixelTables,
  target: Float32Array | Uint16Array,
): void {
  const area = preset.width * preset.height;
  const planar = preset.layout === "nchw";
  const count = pixels.length / (3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const table = tables[channel];
    const source = preset.channels === "rgb" ? channel : 2 - channel;
    for (let image = 0; image < count; image++) {
      const first = image * area * 3;
      let to = planar ? first + channel * area : first + channel;
      const step = planar ? 1 : 3;
      const end = first + 3 * area;
      for (let from = first + source; from < end; from += 3, to += step) target[to] = table[pixels[from]];
    }
  }
  target.fill(0, pixels.length);
}
