import { PipelineError } from "#base/pipeline-error.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { fillInput, type InputType, type PixelTables, pixelTables } from "#features/input-tensor.ts";
import { fromFloat16 } from "#onnx/float16.ts";
import {
  type Device,
  describeSession,
  openSession,
  type Session,
  type TensorDescription,
  tensorOf,
} from "#onnx/session.ts";

/**
 * A model that turns pictures into features by its preset. Every run has the same batch, filled up with zeros where there
 * are fewer pictures: a picture's feature then does not depend on how many others happened to come with it.
 */
export class FeatureModel {
  readonly #session: Session;
  readonly #preset: ModelPreset;
  readonly #type: InputType;
  readonly #tables: PixelTables;
  readonly batch: number;
  dim = 0;

  private constructor(session: Session, preset: ModelPreset, input: TensorDescription) {
    this.#session = session;
    this.#preset = preset;
    this.#type = input.type as InputType;
    this.#tables = pixelTables(preset, this.#type);
    this.batch = typeof input.shape[0] === "number" ? input.shape[0] : preset.batch;
  }

  /**
   * Loads a model, holds it against its preset and runs it once on zeros.
   *
   * @throws PipelineError `input` naming what the file has and what the preset expects
   */
  static async open(file: string, preset: ModelPreset, device: Device): Promise<FeatureModel> {
    const session = await openSession(file, { device });
    const model = new FeatureModel(session, preset, checkedInput(session, preset, file));
    const trial = await model.#run(new Uint8Array(0));
    if (trial.length === 0 || trial.length % model.batch !== 0) {
      const found = `${trial.length} numbers for ${model.batch} pictures`;
      throw new PipelineError(
        "input",
        `Output "${preset.output}" of "${file}" gave ${found}: expected as many for each`,
      );
    }
    model.dim = trial.length / model.batch;
    return model;
  }

  /**
   * @param pixels RGB, 0..255, shape (count, height, width, 3), 0 < count ≤ batch
   * @returns features, shape (count, dim); unit length where the preset says so; a row that is not finite is left as it is
   */
  async embed(pixels: Uint8Array): Promise<Float32Array> {
    const { width, height, normalize } = this.#preset;
    const count = pixels.length / (3 * width * height);
    const features = (await this.#run(pixels)).slice(0, count * this.dim);
    if (normalize) for (let row = 0; row < count; row++) toUnitLength(features, row * this.dim, this.dim);
    return features;
  }

  async #run(pixels: Uint8Array): Promise<Float32Array> {
    const { layout, width, height, input, output } = this.#preset;
    const length = this.batch * 3 * width * height;
    const values = this.#type === "float32" ? new Float32Array(length) : new Uint16Array(length);
    fillInput(pixels, this.#preset, this.#tables, values);
    const shape = layout === "nchw" ? [this.batch, 3, height, width] : [this.batch, height, width, 3];
    const tensor =
      values instanceof Float32Array ? tensorOf("float32", values, shape) : tensorOf("float16", values, shape);
    const result = (await this.#session.run({ [input]: tensor }, [output]))[output];
    if (result.type === "float32") return result.data as Float32Array;
    return Float32Array.from(result.data as unknown as Uint16Array, fromFloat16);
  }
}

function checkedInput(session: Session, preset: ModelPreset, file: string): TensorDescription {
  const { inputs, outputs } = describeSession(session);
  const misfit = (expected: string, found: string) =>
    new PipelineError(
      "input",
      `Model "${file}" does not fit preset "${preset.name}": expected ${expected}, found ${found}`,
    );
  const list = (tensors: TensorDescription[]) => tensors.map(describeTensor).join(", ");
  const input = inputs.find(({ name }) => name === preset.input);
  if (!input || inputs.length !== 1) throw misfit(`one input named "${preset.input}"`, list(inputs));
  const output = outputs.find(({ name }) => name === preset.output);
  if (!output) throw misfit(`an output named "${preset.output}"`, list(outputs));
  const { layout, width, height } = preset;
  const shape = layout === "nchw" ? [3, height, width] : [height, width, 3];
  const fits =
    input.shape.length === 4 &&
    shape.every((length, i) => typeof input.shape[i + 1] === "string" || input.shape[i + 1] === length);
  if (!fits) throw misfit(`an input of shape [N, ${shape.join(", ")}]`, describeTensor(input));
  for (const tensor of [input, output]) {
    if (tensor.type !== "float32" && tensor.type !== "float16")
      throw misfit("float32 or float16", describeTensor(tensor));
  }
  return input;
}

function describeTensor({ name, type, shape }: TensorDescription): string {
  return `"${name}" ${type} [${shape.join(", ")}]`;
}

/** Scales one row to unit length, in float64; a row of zeros stays as it is. */
function toUnitLength(values: Float32Array, offset: number, dim: number): void {
  let sum = 0;
  for (let f = offset; f < offset + dim; f++) sum += values[f] * values[f];
  if (sum === 0) return;
  const scale = 1 / Math.sqrt(sum);
  for (let f = offset; f < offset + dim; f++) values[f] *= scale;
}
