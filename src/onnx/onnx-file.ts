/** An input, output or constant of a model; a length is a name where it is only known when the model runs, `?` where it has none. */
export interface TensorDescription {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** A step of a graph. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What an ONNX file is built of, without its weights. */
export interface OnnxFile {
  readonly path: string;
  readonly bytes: number;
  /** Version of the file format; 0 where the file does not say. */
  readonly irVersion: number;
  /** The sets of operators that it uses; the standard one has the domain "". */
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  /** What wrote the file, such as `pytorch 2.1`. */
  readonly producer: string;
  /** Without those that have a value in the file. */
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  readonly nodes: readonly OnnxNode[];
  /** Weights, by name. */
  readonly constants: ReadonlyMap<string, TensorDescription>;
  /** What the file says of tensors within the graph, by name. */
  readonly inner: ReadonlyMap<string, TensorDescription>;
  /** Files that weights lie in, as the model names them: relative to its folder. In order, each once. */
  readonly weightFiles: readonly string[];
}

/** Names of all tensors that the graph's nodes make, in the graph's order. */
export function madeTensors({ nodes }: OnnxFile): string[] {
  return nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== "");
}

/** `"picture" float32 [n, 3, 224, 224]` */
export function describeTensor({ name, type, shape }: TensorDescription): string {
  return printable(`"${name}" ${type} [${shape.join(", ")}]`);
}

/** Text of a file from elsewhere, without what a terminal would obey; line ends stay. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, "\ufffd");
}
