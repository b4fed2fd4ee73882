import { GraphBuilder } from "#onnx/graph-builder.ts";
import { openSession, type Session, type SessionOptions, tensorOf } from "#onnx/session.ts";
import { gamma } from "#search/error-bound.ts";

/**
 * Columns of a tile that may share one answer: larger groups cost more second looks, smaller ones more memory traffic. Blocks are
 * filled up to whole groups of the largest.
 */
export const GROUP_SIZES = [1, 2, 4, 8, 16] as const;
export type GroupSize = (typeof GROUP_SIZES)[number];
const MOST_GROUP_COLUMNS = 16;

/** Columns of a tile are filled up to a multiple of this, so that answers come in whole fours for every group size. */
export const COLUMN_MULTIPLE = 4 * MOST_GROUP_COLUMNS;

/** Left values are stored as bytes from 0 to 255 that stand for −128 to 127. */
export const ZERO_POINT = 128;

/**
 * The matrix product of the search as an ONNX graph, so that it runs on every device that ONNX Runtime knows: `left` (m, depth)
 * times `right` (depth, n) in whole numbers, and of every group of columns only the largest value comes back. Group `g` of a tile
 * of n columns holds columns g, g + n/size, g + 2n/size, …: the reduction then runs along memory.
 */
export class TileKernel {
  readonly #session: Session;
  readonly #groupSize: GroupSize;
  readonly #inFloat: boolean;

  private constructor(session: Session, groupSize: GroupSize, inFloat: boolean) {
    this.#session = session;
    this.#groupSize = groupSize;
    this.#inFloat = inFloat;
  }

  /** Opens the byte product where this processor computes it exactly, and the same in float32 elsewhere. */
  static async open(groupSize: GroupSize, options: SessionOptions): Promise<TileKernel> {
    const bytes = new TileKernel(
      await openSession(tileGraph(groupSize, { inFloat: false }), options),
      groupSize,
      false,
    );
    return (await bytes.#isExact()) ? bytes : TileKernel.openInFloat(groupSize, options);
  }

  /** The same in float32, on any processor. */
  static async openInFloat(groupSize: GroupSize, options: SessionOptions): Promise<TileKernel> {
    return new TileKernel(await openSession(tileGraph(groupSize, { inFloat: true }), options), groupSize, true);
  }

  /** How far a product of this depth can be off: nothing, unless float32 sums pass 2^24, up to which whole numbers are exact. */
  rounding(depth: number): number {
    const largest = depth * 127 * 128;
    return this.#inFloat && largest >= 2 ** 24 ? gamma(depth) * largest : 0;
  }

  /**
   * @param left uint8, shape (m, depth)
   * @param right int8, shape (depth, n), n a multiple of MOST_GROUP_COLUMNS
   * @param room at least m · n / group size long: the answers are written here
   * @returns int32, shape (m, n / group size): the largest product of each row with each group of columns
   */
  async largestPerGroup(left: Uint8Array, right: Int8Array, depth: number, room: Int32Array): Promise<Int32Array> {
    const [rows, columns] = [left.length / depth, right.length / depth];
    const groups = columns / this.#groupSize;
    const feeds = {
      left: tensorOf("uint8", left, [rows, depth]),
      right: tensorOf("int8", right, [depth, columns]),
    };
    const answers = room.subarray(0, rows * groups);
    await this.#session.run(feeds, { largest: tensorOf("int32", answers, [rows, groups]) });
    return answers;
  }

  /** Processors without dot products of bytes (AVX2 and older) add pairs of products in 16 bits, which may not hold them. */
  async #isExact(): Promise<boolean> {
    const depth = 64;
    const left = new Uint8Array(depth).fill(255);
    const right = new Int8Array(depth * MOST_GROUP_COLUMNS).fill(127);
    const low = new Int8Array(depth * MOST_GROUP_COLUMNS).fill(-128);
    const room = new Int32Array(MOST_GROUP_COLUMNS);
    const high = (await this.largestPerGroup(left, right, depth, room))[0];
    const negative = (await this.largestPerGroup(left, low, depth, room))[0];
    return high === depth * 127 * 127 && negative === depth * 127 * -128;
  }
}

function tileGraph(groupSize: GroupSize, { inFloat }: { inFloat: boolean }): Uint8Array {
  const graph = new GraphBuilder("tile").input("left", "uint8", ["m", "depth"]).input("right", "int8", ["depth", "n"]);
  graph.byte("zero", ZERO_POINT);
  const result = inFloat ? "largest_float" : "largest";
  const product = groupSize > 1 ? "product" : result;
  if (inFloat) {
    graph.node("DequantizeLinear", ["left", "one", "zero"], ["left_float"]).float("one", 1);
    graph.node("Cast", ["right"], ["right_float"], { to: 1 });
    graph.node("MatMul", ["left_float", "right_float"], [product]);
  } else {
    graph.node("MatMulInteger", ["left", "right", "zero"], [product]);
  }
  if (groupSize > 1) {
    // 0 keeps m, −1 is what is left over
    graph.integers("grouped", [0, groupSize, -1]).node("Reshape", [product, "grouped"], ["groups"]);
    graph.node("ReduceMax", ["groups"], [result], { axes: [1], keepdims: 0 });
  }
  if (inFloat) graph.node("Cast", [result], ["largest"], { to: 6 });
  return graph.output("largest", "int32", ["m", "n_over_group"]).finish();
}
