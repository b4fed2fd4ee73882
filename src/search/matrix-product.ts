import { GraphBuilder } from "#onnx/graph-builder.ts";
import { openSession, type Session, type SessionOptions, Tensor } from "#onnx/session.ts";

/** left (m, k) times right (n, k) transposed, in float32: what fitting and projecting are made of. */
export class MatrixProduct {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async open(options: SessionOptions): Promise<MatrixProduct> {
    const graph = new GraphBuilder("product")
      .input("left", "float32", ["m", "k"])
      .input("right", "float32", ["n", "k"]);
    graph.node("Gemm", ["left", "right"], ["product"], { transB: 1 }).output("product", "float32", ["m", "n"]);
    return new MatrixProduct(await openSession(graph.finish(), options));
  }

  /** @returns float32, shape (left.length / k, right.length / k) */
  async multiply(left: Float32Array, right: Float32Array, k: number): Promise<Float32Array> {
    if (left.length === 0 || right.length === 0) return new Float32Array(0);
    const feeds = {
      left: new Tensor("float32", left, [left.length / k, k]),
      right: new Tensor("float32", right, [right.length / k, k]),
    };
    return (await this.#session.run(feeds)).product.data as Float32Array;
  }
}
