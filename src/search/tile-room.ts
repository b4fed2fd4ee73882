import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { CopiedRows, noRows } from "#search/copied-rows.ts";
import { blockCount, blockRange, rightOperand, type SketchedShard } from "#search/lay-out.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";

/** Room for sketches, and for features, of the right shard: what is used again and again need not be copied again. */
const KEPT_BYTES = 48 * 2 ** 20;

/** This thread's; its memory holds the room. */
export const lookOfTiles = new SecondLook();

/** Which rows of a right shard this thread has copied: the next comparison is often with the same one. */
let kept: { layout: number; blocks: Int32Array; rows: Int32Array } | undefined;

/**
 * Where the tiles of one comparison are worked on. Shards lie in shared memory, which ONNX Runtime does not take and `SecondLook` does not
 * reach; parts of them are copied when they are first needed. All views are of one buffer, so addresses are their byte offsets.
 */
export class TileRoom {
  /** Of the kernel, row-major. */
  readonly answers: Int32Array;
  /** Columns that are near a left row; the addresses of their features; and which of those are near. */
  readonly columns: Uint32Array;
  readonly addresses: Uint32Array;
  readonly near: Uint32Array;
  /** Of the near ones. */
  readonly squaredDistances: Float64Array;
  readonly slacks: Float64Array;
  readonly leftSketches: CopiedRows;
  readonly leftFeatures: CopiedRows;
  readonly rightFeatures: CopiedRows;
  readonly #rightBlocks: CopiedRows;
  readonly #leftOperand: Uint8Array;
  readonly #rightOperand: Int8Array;
  readonly #left: SketchedShard;
  readonly #right: SketchedShard;
  readonly #depth: number;
  #leftBlock = -1;

  /**
   * @param depth of the operands
   * @param leastAnswers numbers that there is room for among the answers, at the least
   * @throws RangeError when blocks are too large for 4 GiB
   */
  constructor(
    left: SketchedShard,
    right: SketchedShard,
    { leftFeatures, rightFeatures }: { leftFeatures: FeatureMatrix; rightFeatures: FeatureMatrix },
    { depth, leastAnswers }: { depth: number; leastAnswers: number },
  ) {
    [this.#left, this.#right, this.#depth] = [left, right, depth];
    const { stride } = left;
    const { dim } = leftFeatures;
    const rows = Math.min(left.blockRows, left.rowAt.length);
    const { columns } = blockRange(right, 0);
    const block = right.blockRows * stride;
    const blocks = atLeast(1, blockCount(right), KEPT_BYTES / (4 * block));
    const features = filledUpVector(dim);
    const answers = Math.max(rows * columns, leastAnswers);
    const places = atLeast(columns, right.rowAt.length, KEPT_BYTES / (4 * features));
    // what is kept comes first, so that it lies where it lay before
    const { buffer, addresses } = lookOfTiles.takeRoom([
      4 * blocks * block,
      4 * places * features,
      8 * columns,
      8 * columns,
      4 * answers,
      4 * columns,
      4 * columns,
      4 * columns,
      rows * depth,
      columns * depth,
      4 * rows * stride,
      4 * rows * features,
    ]);
    const next = () => addresses.shift() as number;
    if (kept?.layout !== right.layout) kept = { layout: right.layout, blocks: noRows(blocks), rows: noRows(places) };
    const blockRoom = new Float32Array(buffer, next(), blocks * block);
    this.#rightBlocks = new CopiedRows(right.values, block, blockRoom, block, kept.blocks);
    const rightRoom = new Float32Array(buffer, next(), places * features);
    this.rightFeatures = new CopiedRows(rightFeatures.values, dim, rightRoom, features, kept.rows);
    this.squaredDistances = new Float64Array(buffer, next(), columns);
    this.slacks = new Float64Array(buffer, next(), columns);
    this.answers = new Int32Array(buffer, next(), answers);
    this.columns = new Uint32Array(buffer, next(), columns);
    this.addresses = new Uint32Array(buffer, next(), columns);
    this.near = new Uint32Array(buffer, next(), columns);
    this.#leftOperand = new Uint8Array(buffer, next(), rows * depth);
    this.#rightOperand = new Int8Array(buffer, next(), columns * depth);
    const sketchRoom = new Float32Array(buffer, next(), rows * stride);
    this.leftSketches = new CopiedRows(left.values, stride, sketchRoom, stride, noRows(rows));
    const leftRoom = new Float32Array(buffer, next(), rows * features);
    this.leftFeatures = new CopiedRows(leftFeatures.values, dim, leftRoom, features, noRows(rows));
  }

  /** The operand of a left block; it stays for all tiles of its row. */
  leftOperand(block: number): Uint8Array {
    const { first, end } = blockRange(this.#left, block);
    const copy = this.#leftOperand.subarray(0, (end - first) * this.#depth);
    if (this.#leftBlock !== block) copy.set(this.#left.left.subarray(first * this.#depth, end * this.#depth));
    this.#leftBlock = block;
    return copy;
  }

  rightOperand(block: number): Int8Array {
    const shared = rightOperand(this.#right, block, this.#depth);
    const copy = this.#rightOperand.subarray(0, shared.length);
    copy.set(shared);
    return copy;
  }

  /** Address of a right block's sketches. */
  rightSketches(block: number): number {
    return this.#rightBlocks.addressOf(block);
  }
}

function atLeast(least: number, wanted: number, most: number): number {
  return Math.max(least, Math.min(wanted, Math.floor(most)));
}
