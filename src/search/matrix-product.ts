import { GraphBuilder } from "#onnx/graph-builder.ts";
import { openSession, type Session, type SessionOptions, tensorOf } from "#onnx/session.ts";

/** left (m, k) times right (n, k) transposed, in float32: what fitting and projecting are made of. */
export class MatrixProduct {
  readonly #session: Session;
  readonly #inParts: Session;

  private constructor(session: Session, inParts: Session) {
    this.#session = session;
    this.#inParts = inParts;
  }

  static async open(options: SessionOptions): Promise<MatrixProduct> {
    const graph = new GraphBuilder("product")
      .input("left", "float32", ["m", "k"])
      .input("right", "float32", ["n", "k"]);
    graph.node("Gemm", ["left", "right"], ["product"], { transB: 1 }).output("product", "float32", ["m", "n"]);
    return new MatrixProduct(await openSession(graph.finish(), options), await openSession(partsGraph(), options));
  }

  /** @returns float32, shape (left.length / k, right.length / k) */
  async multiply(left: Float32Array, right: Float32Array, k: number): Promise<Float32Array> {
    if (left.length === 0 || right.length === 0) return new Float32Array(0);
    const feeds = {
      left: tensorOf("float32", left, [left.length / k, k]),
      right: tensorOf("float32", right, [right.length / k, k]),
    };
    return (await this.#session.run(feeds)).product.data as Float32Array;
  }

  /**
   * The same, summed over parts of PART_TERMS first, which are added then: each number goes through few additions, so its error bound is
   * `gamma(termsInParts(k))` and not `gamma(k)`.
   *
   * @param left shape (m, k), k a multiple of PART_TERMS
   * @param right as `inParts` gives it
   */
  async multiplyInParts(left: Float32Array, right: Float32Array, k: number): Promise<Float32Array> {
    if (left.length === 0 || right.length === 0) return new Float32Array(0);
    const parts = k / PART_TERMS;
    const feeds = {
      left: tensorOf("float32", left, [left.length / k, parts, PART_TERMS]),
      right: tensorOf("float32", right, [parts, PART_TERMS, right.length / k]),
    };
    return (await this.#inParts.run(feeds)).product.data as Float32Array;
  }
}

/** Terms of a part: with 1,280 in all, 64 and then 20 are summed. */
const PART_TERMS = 64;

/** Terms that are filled up to whole parts. */
export function filledUpTerms(k: number): number {
  return Math.ceil(k / PART_TERMS) * PART_TERMS;
}

/** Additions and roundings that a term of `multiplyInParts` goes through. */
export function termsInParts(k: number): number {
  return PART_TERMS + filledUpTerms(k) / PART_TERMS;
}

/** Rows (n, k) as the right side of `multiplyInParts`: shape (parts, PART_TERMS, n), filled up with zeros. */
export function inParts(rows: Float32Array, k: number): Float32Array {
  const n = rows.length / k;
  const right = new Float32Array(filledUpTerms(k) * n);
  for (let row = 0; row < n; row++) for (let f = 0; f < k; f++) right[f * n + row] = rows[row * k + f];
  return right;
}

function partsGraph(): Uint8Array {
  const graph = new GraphBuilder("product_in_parts")
    .input("left", "float32", ["m", "parts", "terms"])
    .input("right", "float32", ["parts", "terms", "n"]);
  graph.node("Transpose", ["left"], ["left_parts"], { perm: [1, 0, 2] });
  graph.node("MatMul", ["left_parts", "right"], ["products"]);
  graph.integers("axes", [0]).node("ReduceSum", ["products", "axes"], ["product"], { keepdims: 0 });
  return graph.output("product", "float32", ["m", "n"]).finish();
}
