import { readFileSync } from "node:fs";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { poolFeatures, shapesFor } from "#features/pool-features.ts";
import { type Fit, fitPreset } from "#features/preset-fit.ts";
import { fromFloat16 } from "#onnx/float16.ts";
import { withOutput } from "#onnx/inner-output.ts";
import type { TensorDescription } from "#onnx/onnx-file.ts";
import { PIXELS, type PixelInput, withPixelInput } from "#onnx/pixel-input.ts";
import { readOnnxFile } from "#onnx/read-onnx-file.ts";
import { openSession, type Session, type SessionOptions, tensorOf } from "#onnx/session.ts";
import { weightPaths } from "#onnx/weight-files.ts";

/**
 * A model that turns pictures into features by its preset. Every run has the same batch, filled up where there are
 * fewer pictures: a picture's feature then does not depend on how many others happened to come with it.
 */
export class FeatureModel {
  readonly #session: Session;
  readonly #preset: ModelPreset;
  readonly #file: string;
  readonly batch: number;
  dim = 0;

  private constructor(session: Session, preset: ModelPreset, file: string, input: TensorDescription) {
    this.#session = session;
    this.#preset = preset;
    this.#file = file;
    this.batch = typeof input.shape[0] === "number" ? input.shape[0] : preset.batch;
  }

  /**
   * Reads what a model is, holds it against its preset, loads it and runs it on a black and on a white picture.
   *
   * @param dim of a feature, where it is known from an earlier run with the same file and preset: no picture is then tried
   * @throws PipelineError `input` naming what the file has and what the preset expects
   */
  static async open(file: string, preset: ModelPreset, where: SessionOptions, dim?: number): Promise<FeatureModel> {
    const described = readOnnxFile(file);
    weightPaths(described);
    const fit = fitPreset(described, preset);
    if ("expected" in fit) {
      const { expected, found } = fit;
      throw new PipelineError(
        "input",
        `Model "${file}" does not fit preset "${preset.name}": expected ${expected}, found ${found}`,
      );
    }
    const session = await openFitting(file, preset, fit, where);
    const model = new FeatureModel(session, preset, file, fit.input);
    if (dim !== undefined) {
      model.dim = dim;
      return model;
    }
    const { width, height } = preset;
    model.dim = (await model.#run(new Uint8Array(0))).dim;
    // where the file does not say how long a feature is, it may depend on the picture
    const output = described.outputs.find(({ name }) => name === preset.output);
    const isOpen = !output || output.shape.slice(1).some((length) => typeof length === "string");
    if (isOpen) await model.#run(new Uint8Array(3 * width * height).fill(255));
    return model;
  }

  /**
   * @param pixels RGB, 0..255, shape (count or batch, height, width, 3), 0 < count ≤ batch; what lies behind the pictures is of no effect
   * @returns features, shape (count, dim); unit length where the preset says so; a row that is not finite is left as it is
   */
  async embed(pixels: Uint8Array, count = pixels.length / this.#pictureBytes): Promise<Float32Array> {
    const features = (await this.#run(pixels)).features.slice(0, count * this.dim);
    if (this.#preset.normalize) for (let row = 0; row < count; row++) toUnitLength(features, row * this.dim, this.dim);
    return features;
  }

  get #pictureBytes(): number {
    return 3 * this.#preset.width * this.#preset.height;
  }

  /** Gives its memory back. */
  close(): Promise<void> {
    return this.#session.release();
  }

  async #run(pixels: Uint8Array): Promise<{ features: Float32Array; dim: number }> {
    const { width, height } = this.#preset;
    const length = this.batch * this.#pictureBytes;
    let filled = pixels;
    if (pixels.length < length) {
      filled = new Uint8Array(length);
      filled.set(pixels);
    }
    const tensor = tensorOf("uint8", filled, [this.batch, height, width, 3]);
    return this.#pooled(await this.#outputOf({ [PIXELS]: tensor }));
  }

  async #outputOf(feeds: Parameters<Session["run"]>[0]) {
    const { output, width, height, name } = this.#preset;
    try {
      return (await this.#session.run(feeds, [output]))[output];
    } catch (error) {
      throw new PipelineError(
        "input",
        `Model "${this.#file}" cannot be run on ${this.batch} pictures of ${width} × ${height} pixels, the size of preset "${name}": ${messageOf(error)}; change the preset to a size that the model takes`,
        { cause: error },
      );
    }
  }

  #pooled({ type, dims, data }: Awaited<ReturnType<Session["run"]>>[string]): { features: Float32Array; dim: number } {
    const { output, pool, width, height } = this.#preset;
    const what = `Output "${output}" of "${this.#file}"`;
    if (type !== "float32" && type !== "float16") {
      throw new PipelineError("input", `${what} is ${type}: expected float32 or float16`);
    }
    const values =
      type === "float32" ? (data as Float32Array) : Float32Array.from(data as unknown as Uint16Array, fromFloat16);
    const pooled = dims[0] === this.batch ? poolFeatures(values, dims, this.#preset) : undefined;
    if (!pooled) {
      const found = `[${dims.join(", ")}] for ${this.batch} pictures of ${width} × ${height} pixels`;
      const how = pool === undefined ? "without a pool" : `for pool "${pool}"`;
      throw new PipelineError(
        "input",
        `${what} gave ${found}: expected ${shapesFor(this.#preset)} ${how}; set the preset's "pool" to mean, first or flatten, or name another tensor`,
      );
    }
    if (this.dim !== 0 && pooled.dim !== this.dim) {
      throw new PipelineError(
        "input",
        `${what} gave ${pooled.dim} numbers a picture of ${width} × ${height} pixels, and ${this.dim} before: expected as many for every picture; name another tensor, or set "pool" to mean`,
      );
    }
    return pooled;
  }
}

/** What the model is given and asked for is changed in memory: the file stays as it is. */
function openFitting(
  file: string,
  preset: ModelPreset,
  { input, isInner }: Fit,
  where: SessionOptions,
): Promise<Session> {
  const model = withPixelInput(readFileSync(file), { ...preset, type: input.type as PixelInput["type"] });
  return openSession(isInner ? withOutput(model, preset.output) : model, { ...where, path: file });
}

/** Scales one row to unit length, in float64; a row of zeros stays as it is. */
function toUnitLength(values: Float32Array, offset: number, dim: number): void {
  let sum = 0;
  for (let f = offset; f < offset + dim; f++) sum += values[f] * values[f];
  if (sum === 0) return;
  const scale = 1 / Math.sqrt(sum);
  for (let f = offset; f < offset + dim; f++) values[f] *= scale;
}
