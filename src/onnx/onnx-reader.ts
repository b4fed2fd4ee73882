import type { ByteSource } from "#onnx/byte-source.ts";
import { elementTypeName } from "#onnx/element-types.ts";
import type { OnnxFile, OnnxNode, TensorDescription } from "#onnx/onnx-file.ts";
import { ProtobufFault, type ProtobufField, readFields, textOf } from "#onnx/protobuf-reader.ts";

// graphs of a hundred thousand nodes have a few million; more would only hold the program up
const MOST_FIELDS = 20_000_000;
const MOST_NESTED = 100;
const LONGEST_TEXT = 1 << 20;

const LENGTH_DELIMITED = 2;

/**
 * Reads the messages of an ONNX file (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), whose field numbers stand here. A message
 * that comes in several pieces is read as if they were one, which is how protocol buffers merge them.
 */
export class OnnxReader {
  readonly #source: ByteSource;
  readonly #weightFiles = new Set<string>();
  #fieldsLeft = MOST_FIELDS;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** @throws ProtobufFault */
  read(path: string): OnnxFile {
    const opsets: { domain: string; version: number }[] = [];
    const producer = { name: "", version: "" };
    let irVersion = 0;
    const graph = new GraphParts();
    for (const field of this.#fields()) {
      if (field.number === 1) irVersion = field.integer;
      else if (field.number === 2) producer.name = this.#text(field);
      else if (field.number === 3) producer.version = this.#text(field);
      else if (field.number === 7) this.#readGraph(field, graph, 0);
      else if (field.number === 8) opsets.push(this.#opset(field));
      else if (field.number === 25) this.#readFunction(field);
    }
    return {
      path,
      bytes: this.#source.length,
      irVersion,
      opsets,
      producer: `${producer.name} ${producer.version}`.trim(),
      inputs: graph.inputs.filter(({ name }) => !graph.constants.has(name)),
      outputs: graph.outputs,
      nodes: graph.nodes,
      constants: graph.constants,
      inner: new Map(graph.inner.map((tensor) => [tensor.name, tensor])),
      weightFiles: [...this.#weightFiles].sort(),
    };
  }

  *#fields(parent?: ProtobufField): Generator<ProtobufField> {
    // what should be a message but is a number holds nothing
    if (parent && parent.wireType !== LENGTH_DELIMITED) return;
    for (const field of readFields(this.#source, parent?.start, parent?.end)) {
      if (--this.#fieldsLeft < 0) throw new ProtobufFault(`more than ${MOST_FIELDS} fields`);
      yield field;
    }
  }

  #text(field: ProtobufField): string {
    if (field.wireType !== LENGTH_DELIMITED) return "";
    if (field.end - field.start > LONGEST_TEXT) throw new ProtobufFault(`a name of ${field.end - field.start} bytes`);
    return textOf(this.#source, field);
  }

  #opset(parent: ProtobufField) {
    const opset = { domain: "", version: 0 };
    for (const field of this.#fields(parent)) {
      if (field.number === 1) opset.domain = this.#text(field);
      else if (field.number === 2) opset.version = field.integer;
    }
    return opset;
  }

  #readGraph(parent: ProtobufField, graph: GraphParts, depth: number): void {
    if (depth > MOST_NESTED) throw new ProtobufFault(`graphs within graphs, more than ${MOST_NESTED} deep`);
    for (const field of this.#fields(parent)) {
      if (field.number === 1) graph.nodes.push(this.#node(field, depth));
      else if (field.number === 5) graph.addConstant(this.#tensor(field));
      else if (field.number === 11) graph.inputs.push(this.#valueInfo(field));
      else if (field.number === 12) graph.outputs.push(this.#valueInfo(field));
      else if (field.number === 13) graph.inner.push(this.#valueInfo(field));
      else if (field.number === 15) graph.addConstant(this.#sparseTensor(field));
    }
  }

  /** Of a function only the weights outside the file are wanted. */
  #readFunction(parent: ProtobufField): void {
    for (const field of this.#fields(parent)) {
      if (field.number === 7) this.#node(field, 0);
      else if (field.number === 11) this.#readAttribute(field, 0);
    }
  }

  #node(parent: ProtobufField, depth: number): OnnxNode {
    const inputs: string[] = [];
    const outputs: string[] = [];
    let operator = "";
    for (const field of this.#fields(parent)) {
      if (field.number === 1) inputs.push(this.#text(field));
      else if (field.number === 2) outputs.push(this.#text(field));
      else if (field.number === 4) operator = this.#text(field);
      else if (field.number === 5) this.#readAttribute(field, depth);
    }
    return { operator, inputs, outputs };
  }

  /** Branches and constants may have weights outside the file. */
  #readAttribute(parent: ProtobufField, depth: number): void {
    for (const field of this.#fields(parent)) {
      if (field.number === 5 || field.number === 10) this.#tensor(field);
      else if (field.number === 6 || field.number === 11) this.#readGraph(field, new GraphParts(), depth + 1);
      else if (field.number === 22 || field.number === 23) this.#sparseTensor(field);
    }
  }

  #tensor(parent: ProtobufField): TensorDescription {
    const shape: number[] = [];
    let name = "";
    let type = 0;
    for (const field of this.#fields(parent)) {
      if (field.number === 1) shape.push(...this.#integers(field));
      else if (field.number === 2) type = field.integer;
      else if (field.number === 8) name = this.#text(field);
      else if (field.number === 13) this.#readExternalData(field);
    }
    return { name, type: elementTypeName(type), shape };
  }

  #sparseTensor(parent: ProtobufField): TensorDescription {
    let values: TensorDescription = { name: "", type: "", shape: [] };
    for (const field of this.#fields(parent)) {
      if (field.number === 1) values = this.#tensor(field);
      else if (field.number === 2) this.#tensor(field);
    }
    return values;
  }

  #readExternalData(parent: ProtobufField): void {
    let key = "";
    let value = "";
    for (const field of this.#fields(parent)) {
      if (field.number === 1) key = this.#text(field);
      else if (field.number === 2) value = this.#text(field);
    }
    if (key === "location") this.#weightFiles.add(value);
  }

  /** One number, or a list of them packed into one field. */
  #integers(field: ProtobufField): number[] {
    if (field.wireType !== LENGTH_DELIMITED) return [field.integer];
    if (field.end - field.start > LONGEST_TEXT) throw new ProtobufFault(`a shape of ${field.end - field.start} bytes`);
    const values: number[] = [];
    let value = 0;
    let unit = 1;
    for (const byte of this.#source.slice(field.start, field.end)) {
      value += (byte & 0x7f) * unit;
      unit *= 128;
      if (byte >= 0x80) continue;
      values.push(value);
      value = 0;
      unit = 1;
    }
    return values;
  }

  #valueInfo(parent: ProtobufField): TensorDescription {
    let name = "";
    const described = { type: "not a tensor", shape: [] as (number | string)[] };
    for (const field of this.#fields(parent)) {
      if (field.number === 1) name = this.#text(field);
      else if (field.number === 2) {
        for (const type of this.#fields(field)) if (type.number === 1) this.#readTensorType(type, described);
      }
    }
    return { name, ...described };
  }

  #readTensorType(parent: ProtobufField, described: { type: string; shape: (number | string)[] }): void {
    for (const field of this.#fields(parent)) {
      if (field.number === 1) described.type = elementTypeName(field.integer);
      else if (field.number === 2) {
        for (const length of this.#fields(field)) if (length.number === 1) described.shape.push(this.#length(length));
      }
    }
  }

  #length(parent: ProtobufField): number | string {
    let length: number | string = "?";
    for (const field of this.#fields(parent)) {
      // a length below zero, which some exporters write for one that they do not know, looks like a huge one
      if (field.number === 1 && Number.isSafeInteger(field.integer)) length = field.integer;
      else if (field.number === 2) length = this.#text(field) || "?";
    }
    return length;
  }
}

class GraphParts {
  readonly nodes: OnnxNode[] = [];
  readonly inputs: TensorDescription[] = [];
  readonly outputs: TensorDescription[] = [];
  readonly inner: TensorDescription[] = [];
  readonly constants = new Map<string, TensorDescription>();

  addConstant(tensor: TensorDescription): void {
    this.constants.set(tensor.name, tensor);
  }
}
