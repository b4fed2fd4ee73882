import { GraphBuilder } from "#onnx/graph-builder.ts";
import { ProtobufWriter } from "#onnx/protobuf-writer.ts";

/** Weights `w` (float32, [4]) in a file that the model names, an input `x` [n, 4], an inner tensor `sum` = x + w and an output `y` = −sum. */
export function modelWithWeightsIn(location: string): Uint8Array {
  const weights = weightsIn(location);
  const graph = new ProtobufWriter().message(1, node("Add", ["x", "w"], "sum")).message(1, node("Neg", ["sum"], "y"));
  graph.string(2, "hand made").message(5, weights);
  graph.message(11, value("x", ["n", 4])).message(12, value("y", ["n", 4]));
  return modelOf(graph);
}

/** A model of pictures as in tiny-model.ts, which adds such weights to each row of its cells. */
export function modelWithPictureWeightsIn(location: string): Uint8Array {
  const graph = new GraphBuilder("weighted").input("picture", "float32", ["n", 3, 16, 16]);
  graph.node("AveragePool", ["picture"], ["averages"], { kernel_shape: [4, 4], strides: [4, 4] });
  graph.node("Add", ["averages", "w"], ["cells"]).output("cells", "float32", ["n", 3, 4, 4]);
  const other = new ProtobufWriter().message(5, weightsIn(location));
  return Buffer.concat([graph.finish(), new ProtobufWriter().message(7, other).finish()]);
}

/** A model whose only node has a branch, whose constant lies in a file that the model names. */
export function modelWithWeightsInBranch(location: string): Uint8Array {
  const entry = new ProtobufWriter().string(1, "location").string(2, location);
  const branch = new ProtobufWriter().message(5, new ProtobufWriter().string(8, "w").message(13, entry));
  const attribute = new ProtobufWriter().string(1, "then_branch").message(6, branch);
  const graph = new ProtobufWriter().message(1, node("If", ["x"], "y").message(5, attribute));
  return modelOf(graph.message(12, value("y", ["n"])));
}

/** The bytes of a graph's model, with weights written in a second graph, as protocol buffers allow. */
export function inTwoPieces(graph: GraphBuilder): Uint8Array {
  const whole = graph.finish();
  const other = new ProtobufWriter().message(12, value("later", ["n"])).message(1, node("Identity", ["x"], "later"));
  return Buffer.concat([whole, new ProtobufWriter().message(7, other).finish()]);
}

function weightsIn(location: string): ProtobufWriter {
  const entry = (key: string, value: string) => new ProtobufWriter().string(1, key).string(2, value);
  const weights = new ProtobufWriter().integer(1, 4).integer(2, 1).string(8, "w");
  weights.message(13, entry("location", location)).message(13, entry("offset", "0")).message(13, entry("length", "16"));
  return weights.integer(14, 1);
}

function modelOf(graph: ProtobufWriter): Uint8Array {
  const operators = new ProtobufWriter().string(1, "").integer(2, 13);
  return new ProtobufWriter().integer(1, 8).string(2, "test").message(7, graph).message(8, operators).finish();
}

function node(operator: string, inputs: readonly string[], output: string): ProtobufWriter {
  const written = new ProtobufWriter();
  for (const input of inputs) written.string(1, input);
  return written.string(2, output).string(4, operator);
}

function value(name: string, shape: readonly (number | string)[]): ProtobufWriter {
  const lengths = new ProtobufWriter();
  for (const length of shape) {
    lengths.message(
      1,
      typeof length === "number" ? new ProtobufWriter().integer(1, length) : new ProtobufWriter().string(2, length),
    );
  }
  const tensor = new ProtobufWriter().integer(1, 1).message(2, lengths);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
