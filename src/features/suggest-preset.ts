import { basename } from "node:path";
import type { ModelPreset } from "#data/model-preset.ts";
import type { FeatureCandidate } from "#features/feature-candidates.ts";
import type { OnnxFile } from "#onnx/onnx-file.ts";

type Channels = readonly [number, number, number];

const IMAGENET: { mean: Channels; deviation: Channels } = {
  mean: [123.675, 116.28, 103.53],
  deviation: [58.395, 57.12, 57.375],
};
const UNIT: { mean: Channels; deviation: Channels } = { mean: [0, 0, 0], deviation: [255, 255, 255] };
const USUAL_SIDE = 224;

/**
 * A preset for a model that none is for: what the file says, and for the rest what is most common, which `unverified` lists.
 *
 * @returns undefined where the model does not take one picture of three channels
 */
export function suggestPreset(file: OnnxFile, sha256: string, feature: FeatureCandidate): ModelPreset | undefined {
  const [input, ...others] = file.inputs;
  if (!input || others.length > 0 || input.shape.length !== 4 || !input.type.startsWith("float")) return undefined;
  const layout = input.shape[1] === 3 ? "nchw" : input.shape[3] === 3 ? "nhwc" : undefined;
  if (!layout) return undefined;
  const [height, width] = layout === "nchw" ? input.shape.slice(2) : input.shape.slice(1, 3);
  const isOpen = typeof width === "string" || typeof height === "string";
  const name = basename(file.path);
  const range = file.producer.startsWith("pytorch") ? IMAGENET : UNIT;
  return {
    name: name.replace(/\.onnx$/, ""),
    about: "",
    files: [name],
    sha256: [sha256],
    input: input.name,
    layout,
    channels: "rgb",
    width: typeof width === "string" ? USUAL_SIDE : width,
    height: typeof height === "string" ? USUAL_SIDE : height,
    ...range,
    resize: "squash",
    kernel: "linear",
    output: feature.tensor,
    ...(feature.pool === undefined ? {} : { pool: feature.pool }),
    batch: 8,
    normalize: true,
    threshold: 0.5,
    dissimilar: 0.8,
    views: [],
    unverified: [
      ...(isOpen ? ["width and height"] : []),
      ...["channels", "mean and deviation", "resize and kernel", "output and pool", "threshold and dissimilar"],
    ],
  };
}
