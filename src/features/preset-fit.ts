import { nearestNames } from "#base/nearest-name.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { describeTensor, madeTensors, type OnnxFile, printable, type TensorDescription } from "#onnx/onnx-file.ts";

const FLOATS = ["float32", "float16"];
const NAMES_SHOWN = 5;

/** A model and the preset that it is used by, as far as they fit. */
export interface Fit {
  readonly input: TensorDescription;
  /** Whether the feature is a tensor within the graph, which is no output of the file. */
  readonly isInner: boolean;
}

/**
 * Holds what a file says of itself against a preset.
 *
 * @returns how they fit together, or what was expected and what was found instead
 */
export function fitPreset(file: OnnxFile, preset: ModelPreset): Fit | { expected: string; found: string } {
  const input = fittingInput(file, preset);
  if ("expected" in input) return input;
  const declared = file.outputs.find(({ name }) => name === preset.output);
  const output = declared ?? file.inner.get(preset.output);
  if (!declared && !madeTensors(file).includes(preset.output)) return missingOutput(file, preset);
  if (output && !FLOATS.includes(output.type)) return { expected: FLOATS.join(" or "), found: describeTensor(output) };
  return { input, isInner: !declared };
}

function fittingInput(file: OnnxFile, preset: ModelPreset): TensorDescription | { expected: string; found: string } {
  const { inputs } = file;
  const { layout, width, height } = preset;
  const found = inputs.length === 0 ? "none" : inputs.map(describeTensor).join(", ");
  const input = inputs.find(({ name }) => name === preset.input);
  if (!input || inputs.length !== 1) {
    const advice = input ? ": what else it asks for is unknown here, export it without" : "";
    return { expected: `one input named "${preset.input}"`, found: `${found}${advice}` };
  }
  const shape = layout === "nchw" ? [3, height, width] : [height, width, 3];
  const expected = `an input of shape [N, ${shape.join(", ")}]`;
  if (input.shape.length !== 4) {
    const advice = input.shape.length === 3 ? ": export it with pictures as the first dimension" : "";
    return { expected, found: `${found}${advice}` };
  }
  const [batch, ...lengths] = input.shape;
  const fits = batch !== 0 && shape.every((length, i) => typeof lengths[i] === "string" || lengths[i] === length);
  if (!fits) return { expected, found };
  return FLOATS.includes(input.type) ? input : { expected: FLOATS.join(" or "), found };
}

function missingOutput(file: OnnxFile, { output }: ModelPreset) {
  const inner = madeTensors(file).filter((name) => !file.outputs.some((found) => found.name === name));
  const nearest = nearestNames(output, inner, NAMES_SHOWN).map((name) => printable(`"${name}"`));
  const within = nearest.length === 0 ? "" : `, and within the graph, of ${inner.length}, ${nearest.join(", ")}`;
  return {
    expected: `an output named "${output}"`,
    found: `${file.outputs.map(describeTensor).join(", ")}${within}; npm run model -- check "${file.path}" tells more`,
  };
}
