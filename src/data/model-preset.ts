import type { View } from "#data/view.ts";

type Pool = "mean" | "first" | "flatten";

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
  /** Name of the tensor that holds the feature: an output, or any tensor within the graph. float32 or float16. */
  readonly output: string;
  /**
   * How one vector a picture is made of that tensor: `mean` over the positions of [N, C, H, W] (`nchw`), [N, H, W, C] (`nhwc`) or
   * [N, T, C]; `first` of [N, T, C], the class token; `flatten` takes all. Left out, it is one vector already.
   */
  readonly pool?: Pool;
  /** Images a run of the model takes; ignored where the model fixes its batch. */
  readonly batch: number;
  /** True: features are scaled to unit length. */
  readonly normalize: boolean;
  /** Default thresholds for this model, plain L2. */
  readonly threshold: number;
  readonly dissimilar: number;
  /** Numbers a feature has, where it is known. */
  readonly dim?: number;
  /** Where to fetch the file, or how to make it. */
  readonly source?: string;
  /** SHA-256 of files that this preset is for, 64 hexadecimal digits. */
  readonly sha256?: readonly string[];
  /** What the threshold rests on: on what it was measured, or where it is published. Without either it is a cautious guess. */
  readonly thresholdFrom?: { readonly measured: string } | { readonly published: string };
  /** What of this preset has not been tried on the file itself. */
  readonly unverified?: readonly string[];
  /** Views that images get by default: what they find must be worth their time with this model. */
  readonly views: readonly View[];
}

/** Keys that change no feature. */
const ADVICE = [
  ...["name", "about", "files", "source", "sha256", "dim"],
  ...["threshold", "dissimilar", "thresholdFrom", "views", "unverified"],
];

/** What of a preset decides how a picture's feature comes out; the rest is advice. */
export function preprocessingOf(preset: ModelPreset): Partial<ModelPreset> {
  return Object.fromEntries(Object.entries(preset).filter(([key]) => !ADVICE.includes(key)));
}
