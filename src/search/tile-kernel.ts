import { GraphBuilder } from "#onnx/graph-builder.ts";
import { type Device, openSession, type Session, Tensor } from "#onnx/session.ts";

/** Columns of a tile that share one answer. Larger groups cost more second looks, smaller ones more memory traffic. */
export const GROUP_COLUMNS = 64;

/**
 * The matrix product of the search as an ONNX graph, so that it runs on every device that ONNX Runtime knows: `left` (m, k)
 * times `right` (n, k) transposed, and of every `GROUP_COLUMNS` neighbouring columns only the largest value comes back.
 */
export class TileKernel {
  readonly #session: Session;

  private constructor(session: Session) {
    this.#session = session;
  }

  static async open(device: Device): Promise<TileKernel> {
    const graph = new GraphBuilder("tile").input("left", "float32", ["m", "k"]).input("right", "float32", ["n", "k"]);
    graph.node("Gemm", ["left", "right"], ["product"], { transB: 1 });
    graph.integers("grouped", [-1, GROUP_COLUMNS]).node("Reshape", ["product", "grouped"], ["groups"]);
    graph.node("ReduceMax", ["groups"], ["largest"], { axes: [1], keepdims: 0 });
    graph.output("largest", "float32", ["m_times_n_over_group"]);
    return new TileKernel(await openSession(graph.finish(), { device }));
  }

  /**
   * @param left float32, shape (m, width); @param right float32, shape (n, width), n a multiple of GROUP_COLUMNS
   * @returns float32, shape (m, n / GROUP_COLUMNS): the largest product of each row with each group of columns
   */
  async largestPerGroup(left: Float32Array, right: Float32Array, width: number): Promise<Float32Array> {
    const feeds = {
      left: new Tensor("float32", left, [left.length / width, width]),
      right: new Tensor("float32", right, [right.length / width, width]),
    };
    return (await this.#session.run(feeds)).largest.data as Float32Array;
  }
}
