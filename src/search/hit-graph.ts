import { GraphBuilder } from "#onnx/graph-builder.ts";
import { type Session, tensorOf } from "#onnx/session.ts";
import { WORD_GROUPS } from "#search/tile-hits.ts";
import { type GroupSize, ZERO_POINT } from "#search/tile-kernel.ts";

/**
 * The tile product for devices, which have no product of bytes: `left` (m, depth) times `right` (blocks, depth, n) as float32, of every group
 * of columns the largest, which is compared with the `least` (m, 1) of its row; of that comparison come back only bits, WORD_GROUPS of them
 * as one number: `words` (blocks · m · groups / WORD_GROUPS, 1). Each operator used here is one that CUDA, WebGPU and DirectML have.
 */
export function hitGraph(groupSize: GroupSize): Uint8Array {
  const graph = new GraphBuilder("hits")
    .input("left", "uint8", ["m", "depth"])
    .input("right", "int8", ["blocks", "depth", "n"])
    .input("least", "float32", ["m", 1])
    .input("powers", "float32", [WORD_GROUPS, 1]);
  graph.float("one", 1).byte("zero", ZERO_POINT);
  graph.node("DequantizeLinear", ["left", "one", "zero"], ["left_float"]);
  graph.node("DequantizeLinear", ["right", "one"], ["right_float"]);
  graph.node("MatMul", ["left_float", "right_float"], ["product"]);
  const largest = groupSize > 1 ? "largest" : "product";
  if (groupSize > 1) {
    graph.integers("grouped", [0, 0, groupSize, -1]).node("Reshape", ["product", "grouped"], ["groups"]);
    graph.node("ReduceMax", ["groups"], [largest], { axes: [2], keepdims: 0 });
  }
  graph.node("GreaterOrEqual", [largest, "least"], ["isHit"]);
  graph.node("Cast", ["isHit"], ["hit"], { to: 1 });
  graph.integers("in_words", [-1, WORD_GROUPS]).node("Reshape", ["hit", "in_words"], ["hits"]);
  graph.node("MatMul", ["hits", "powers"], ["words"]);
  return graph.output("words", "float32", ["word", 1]).finish();
}

/** What a hit of each group adds to its word. */
export const WORD_POWERS = Float32Array.from({ length: WORD_GROUPS }, (_, group) => 2 ** group);

/** 1,000 · 127 · 128 is a little less than 2^24. */
const LARGEST_EXACT_DEPTH = 1000;

/** Whether a device gives the right bits where sums are as large as they may be, with limits that a sum reaches or misses by one. */
export async function isExact(session: Pick<Session, "run">, groupSize: GroupSize): Promise<boolean> {
  const [rows, depth, columns] = [4, LARGEST_EXACT_DEPTH, groupSize * WORD_GROUPS];
  const left = Uint8Array.from({ length: rows * depth }, (_, i) => (i < depth ? 255 : (i % 5) * 63 + (i % 3)));
  const right = Int8Array.from({ length: depth * columns }, (_, i) => 127 - (i % 3) - ((i % columns) % 50));
  const largest = largestPerGroup(left, right, depth, columns);
  for (const more of [0, 1]) {
    const limits = Float32Array.from({ length: rows }, (_, row) => largest[row * WORD_GROUPS] + more);
    const feeds = {
      left: tensorOf("uint8", left, [rows, depth]),
      right: tensorOf("int8", right, [1, depth, columns]),
      least: tensorOf("float32", limits, [rows, 1]),
      powers: tensorOf("float32", WORD_POWERS, [WORD_GROUPS, 1]),
    };
    const words = (await session.run(feeds)).words.data as Float32Array;
    const expected = limits.map((limit, row) =>
      WORD_POWERS.reduce((word, power, g) => word + (largest[row * WORD_GROUPS + g] >= limit ? power : 0), 0),
    );
    if (expected.some((word, row) => word !== words[row])) return false;
  }
  return true;
}

/** Plain whole numbers; shape (rows, WORD_GROUPS). */
function largestPerGroup(left: Uint8Array, right: Int8Array, depth: number, columns: number): number[] {
  const rows = left.length / depth;
  const largest = new Array<number>(rows * WORD_GROUPS).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += (left[row * depth + k] - ZERO_POINT) * right[k * columns + column];
      const place = row * WORD_GROUPS + (column % WORD_GROUPS);
      largest[place] = Math.max(largest[place], sum);
    }
  }
  return largest;
}
