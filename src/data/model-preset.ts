import type { View } from "#data/view.ts";

/** How pictures enter a model and which of its outputs is the feature: everything that an ONNX file does not say itself. */
export interface ModelPreset {
  readonly name: string;
  /** One line for a person: what it is and where it is from. */
  readonly about: string;
  /** File names (without folder) that this preset is for. */
  readonly files: readonly string[];
  /** Name of the model's input tensor: float32 or float16. */
  readonly input: string;
  readonly layout: "nchw" | "nhwc";
  /** Order of the colour channels. */
  readonly channels: "rgb" | "bgr";
  /** Pixels of the model's input. */
  readonly width: number;
  readonly height: number;
  /** The input is (pixel − mean) / deviation, pixel in 0..255, a number a channel in the order of `channels`. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
  /** `squash` ignores the aspect; `crop` scales the shorter side to `cropFrom` and cuts the centre; `pad` adds a gray border. */
  readonly resize: "squash" | "crop" | "pad";
  /** For `crop`: length of the shorter side before the centre is cut, in pixels. */
  readonly cropFrom?: number;
  readonly kernel: "linear" | "cubic" | "lanczos3";
  /** Name of the output tensor that holds the feature; flattened after the batch. */
  readonly output: string;
  /** Images a run of the model takes; ignored where the model fixes its batch. */
  readonly batch: number;
  /** True: features are scaled to unit length. */
  readonly normalize: boolean;
  /** Default thresholds for this model, plain L2. */
  readonly threshold: number;
  readonly dissimilar: number;
  /** Views that images get by default: what they find must be worth their time with this model. */
  readonly views: readonly View[];
}

/** What of a preset decides how a picture's feature comes out; the rest is advice. */
export function preprocessingOf(preset: ModelPreset) {
  const {
    name: _,
    about: __,
    files: ___,
    threshold: ____,
    dissimilar: _____,
    views: ______,
    ...preprocessing
  } = preset;
  return preprocessing;
}
