import { MemorySource } from "#onnx/byte-source.ts";
import { ELEMENT_TYPES } from "#onnx/element-types.ts";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { type ProtobufField, readFields, textOf } from "#onnx/protobuf-reader.ts";
import { ProtobufWriter } from "#onnx/protobuf-writer.ts";

/** The input that `withPixelInput` gives a model. */
export const PIXELS = "twinsift_pixels";

/** How pixels become what a model takes. */
export interface PixelInput {
  /** Name of the model's own input. */
  readonly input: string;
  readonly type: "float32" | "float16";
  readonly layout: "nchw" | "nhwc";
  readonly channels: "rgb" | "bgr";
  readonly width: number;
  readonly height: number;
  /** The input is (pixel − mean) / deviation, a number a channel in the order of `channels`. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Field numbers of ModelProto.graph, GraphProto.input and ValueInfoProto.name. */
const FIELDS = { graph: 7, input: 11, name: 1 };

/**
 * The bytes of a model that takes pixels: uint8 RGB, shape (n, height, width, 3), under the name of `PIXELS`. Nodes in front of the model's
 * own change layout and order of the channels and scale the values, in float32, so that this runs where the model does, and a quarter
 * of the bytes go there. Its own input becomes a tensor within the graph.
 *
 * @param model the bytes of an ONNX file of operator set 7 or later, which stay as they are
 */
export function withPixelInput(model: Uint8Array, how: PixelInput): Uint8Array {
  const source = new MemorySource(model);
  // protocol buffers merge a message that comes twice, so nodes of a graph in front of the model's come before its own
  const parts = [new ProtobufWriter().bytes(FIELDS.graph, pixelGraph(how)).finish()];
  for (const { field, whole } of spans(source)) {
    if (field.number !== FIELDS.graph) parts.push(model.subarray(...whole));
    else parts.push(withoutInput(model, field, how.input));
  }
  return Buffer.concat(parts);
}

function withoutInput(model: Uint8Array, graph: ProtobufField, name: string): Uint8Array {
  const source = new MemorySource(model);
  const kept: Uint8Array[] = [];
  for (const { field, whole } of spans(source, graph)) {
    const isDropped = field.number === FIELDS.input && nameOf(source, field) === name;
    if (!isDropped) kept.push(model.subarray(...whole));
  }
  return new ProtobufWriter().bytes(FIELDS.graph, Buffer.concat(kept)).finish();
}

function nameOf(source: MemorySource, value: ProtobufField): string | undefined {
  for (const field of readFields(source, value.start, value.end))
    if (field.number === FIELDS.name) return textOf(source, field);
  return undefined;
}

/** The fields of a message with where each lies as a whole: its number and length, then its content. */
function* spans(source: MemorySource, message?: ProtobufField) {
  let start = message?.start ?? 0;
  for (const field of readFields(source, message?.start, message?.end)) {
    yield { field, whole: [start, field.end] as const };
    start = field.end;
  }
}

function pixelGraph({ input, type, layout, channels, width, height, mean, deviation }: PixelInput): Uint8Array {
  const graph = new GraphBuilder("twinsift_pixels").input(PIXELS, "uint8", ["n", height, width, 3]);
  const axis = layout === "nchw" ? 1 : 3;
  const shape = layout === "nchw" ? [1, 3, 1, 1] : [1, 1, 1, 3];
  const steps: ((from: string, to: string) => void)[] = [];
  // bytes are moved before they become numbers of four
  if (layout === "nchw") steps.push((from, to) => graph.node("Transpose", [from], [to], { perm: [0, 3, 1, 2] }));
  if (channels === "bgr") {
    graph.integers("twinsift_bgr", [2, 1, 0]);
    steps.push((from, to) => graph.node("Gather", [from, "twinsift_bgr"], [to], { axis }));
  }
  steps.push((from, to) => graph.node("Cast", [from], [to], { to: ELEMENT_TYPES.float32 }));
  if (mean.some((value) => value !== 0)) {
    graph.floats("twinsift_mean", mean, shape);
    steps.push((from, to) => graph.node("Sub", [from, "twinsift_mean"], [to]));
  }
  if (deviation.some((value) => value !== 1)) {
    graph.floats("twinsift_deviation", deviation, shape);
    steps.push((from, to) => graph.node("Div", [from, "twinsift_deviation"], [to]));
  }
  if (type === "float16") {
    steps.push((from, to) => graph.node("Cast", [from], [to], { to: ELEMENT_TYPES.float16 }));
  }
  let from = PIXELS;
  for (const [i, step] of steps.entries()) {
    const to = i === steps.length - 1 ? input : `twinsift_step_${i}`;
    step(from, to);
    from = to;
  }
  return graph.graph();
}
