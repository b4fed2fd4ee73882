import { ELEMENT_TYPES, type ElementType } from "#onnx/element-types.ts";
import { ProtobufWriter } from "#onnx/protobuf-writer.ts";

/** A length, or a name for a length that is only known when the graph runs. */
type Dimension = number | string;
type Attribute = number | readonly number[];

// ONNX Runtime 1.30 reads newer ones, but these are enough for every operator used here and older runtimes read them too
const IR_VERSION = 8;
const OPSET_VERSION = 13;

/**
 * Builds small ONNX models in memory: name inputs, add nodes, name outputs, `finish()` gives the file's bytes.
 *
 * ```ts
 * const graph = new GraphBuilder("double").input("x", "float32", ["n"]);
 * graph.node("Add", ["x", "x"], ["y"]).output("y", "float32", ["n"]);
 * const session = await openSession(graph.finish(), { device: "cpu" });
 * ```
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: ProtobufWriter[] = [];
  readonly #constants: ProtobufWriter[] = [];
  readonly #inputs: ProtobufWriter[] = [];
  readonly #outputs: ProtobufWriter[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, type: ElementType, shape: readonly Dimension[]): this {
    this.#inputs.push(valueInfo(name, type, shape));
    return this;
  }

  output(name: string, type: ElementType, shape: readonly Dimension[]): this {
    this.#outputs.push(valueInfo(name, type, shape));
    return this;
  }

  /** A one-dimensional int64 constant, as `Reshape` and reductions want for shapes and axes. */
  integers(name: string, values: readonly number[]): this {
    const tensor = new ProtobufWriter().integer(1, values.length).integer(2, ELEMENT_TYPES.int64).string(8, name);
    const raw = BigInt64Array.from(values, BigInt);
    this.#constants.push(tensor.bytes(9, new Uint8Array(raw.buffer)));
    return this;
  }

  /** A uint8 constant of no dimensions, such as a zero point. */
  byte(name: string, value: number): this {
    return this.#scalar(name, "uint8", Uint8Array.of(value));
  }

  /** A float32 constant of no dimensions. */
  float(name: string, value: number): this {
    return this.#scalar(name, "float32", new Uint8Array(Float32Array.of(value).buffer));
  }

  /** A float32 constant. */
  floats(name: string, values: readonly number[], shape: readonly number[]): this {
    const tensor = new ProtobufWriter();
    for (const length of shape) tensor.integer(1, length);
    tensor.integer(2, ELEMENT_TYPES.float32).string(8, name);
    this.#constants.push(tensor.bytes(9, new Uint8Array(Float32Array.from(values).buffer)));
    return this;
  }

  /** A node of the standard operator set; attributes are whole numbers or lists of them. */
  node(
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Record<string, Attribute> = {},
  ): this {
    const node = new ProtobufWriter();
    for (const input of inputs) node.string(1, input);
    for (const output of outputs) node.string(2, output);
    node.string(3, `${this.#name}/${operator}_${this.#nodes.length}`).string(4, operator);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    this.#nodes.push(node);
    return this;
  }

  #scalar(name: string, type: ElementType, raw: Uint8Array): this {
    this.#constants.push(new ProtobufWriter().integer(2, ELEMENT_TYPES[type]).string(8, name).bytes(9, raw));
    return this;
  }

  /** The bytes of the ONNX file. */
  finish(): Uint8Array {
    const operators = new ProtobufWriter().string(1, "").integer(2, OPSET_VERSION);
    const model = new ProtobufWriter().integer(1, IR_VERSION).string(2, "twinsift");
    return model.bytes(7, this.graph()).message(8, operators).finish();
  }

  /** The graph alone, without what an ONNX file holds besides. */
  graph(): Uint8Array {
    const graph = new ProtobufWriter();
    for (const node of this.#nodes) graph.message(1, node);
    graph.string(2, this.#name);
    for (const constant of this.#constants) graph.message(5, constant);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    return graph.finish();
  }
}

function attribute(name: string, value: Attribute): ProtobufWriter {
  const written = new ProtobufWriter().string(1, name);
  if (typeof value === "number") return written.integer(3, value).integer(20, 2); // 2: AttributeProto.INT
  for (const entry of value) written.integer(8, entry);
  return written.integer(20, 7); // 7: AttributeProto.INTS
}

function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const dimension of shape) {
    const written = new ProtobufWriter();
    if (typeof dimension === "number") written.integer(1, dimension);
    else written.string(2, dimension);
    dimensions.message(1, written);
  }
  const tensor = new ProtobufWriter().integer(1, ELEMENT_TYPES[type]).message(2, dimensions);
  return new ProtobufWriter().string(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
