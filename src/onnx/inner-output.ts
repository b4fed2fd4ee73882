import { ProtobufWriter } from "#onnx/protobuf-writer.ts";

/** Field numbers of ModelProto.graph, GraphProto.output and ValueInfoProto.name. */
const FIELDS = { graph: 7, output: 12, name: 1 };

/**
 * The bytes of a model that has one output more: a tensor within its graph. Protocol buffers merge a message that comes twice, so a second
 * graph that holds nothing but the output, put behind the file, is all it takes. ONNX Runtime finds type and shape out itself.
 *
 * @param model the bytes of an ONNX file, which stay as they are
 */
export function withOutput(model: Uint8Array, name: string): Uint8Array {
  const output = new ProtobufWriter().string(FIELDS.name, name);
  const graph = new ProtobufWriter().message(FIELDS.output, output);
  return Buffer.concat([model, new ProtobufWriter().message(FIELDS.graph, graph).finish()]);
}
