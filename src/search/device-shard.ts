import { blockCount, blockRange, rightOperand, type SketchedShard } from "#search/lay-out.ts";
import { depthOf, MOST, type Quantiser } from "#search/quantise.ts";
import { WORD_GROUPS } from "#search/tile-hits.ts";
import type { GroupSize } from "#search/tile-kernel.ts";

/** What a device has to know of a sketched shard: all but the sketches themselves. No array is in shared memory. */
export type DeviceShard = Omit<SketchedShard, "values"> & { readonly columns: number };

/** A copy of a shard for a device, whose process shares no memory with this one. */
export function deviceShard(shard: SketchedShard, quantiser: Quantiser, groupSize: GroupSize): DeviceShard {
  const { layout, firstRow, blockRows, stride } = shard;
  const columns = deviceColumns(shard, groupSize);
  return {
    ...{ layout, firstRow, blockRows, stride, columns },
    rowAt: shard.rowAt.slice(),
    slacks: shard.slacks.slice(),
    byteSlacks: shard.byteSlacks.slice(),
    byteSquares: shard.byteSquares.slice(),
    shortfalls: shard.shortfalls.slice(),
    left: shard.left.slice(),
    right: evenBlocks(shard, quantiser, columns),
    boxes: shard.boxes.slice(),
  };
}

/** Columns of every block on a device: all alike, and groups in whole words. */
function deviceColumns({ blockRows, rowAt }: SketchedShard, groupSize: GroupSize): number {
  const multiple = groupSize * WORD_GROUPS;
  return Math.ceil(Math.min(blockRows, rowAt.length) / multiple) * multiple;
}

/** The right operands with equally many columns each, shape (blocks, depth, columns). */
function evenBlocks(shard: SketchedShard, quantiser: Quantiser, columns: number): Int8Array {
  const depth = depthOf(quantiser);
  const even = new Int8Array(blockCount(shard) * depth * columns);
  for (let block = 0; block < blockCount(shard); block++) {
    const { first, end, columns: own } = blockRange(shard, block);
    const from = rightOperand(shard, block, depth);
    for (let c = 0; c < depth; c++) {
      const to = (block * depth + c) * columns;
      even.set(from.subarray(c * own, c * own + end - first), to);
      // of columns that only fill the block up as much as possible is taken off
      if (c >= quantiser.numbers) even.fill(MOST, to + end - first, to + columns);
    }
  }
  return even;
}

/**
 * Whether products of two shards are exact in float32: all numbers that a sum of them goes through are whole and below 2^24, whatever the order
 * of its terms, and also where a device rounds down or keeps but ten bits of the operands.
 */
export function isExactInFloat(
  left: Pick<SketchedShard, "byteSquares">,
  right: Pick<SketchedShard, "byteSquares">,
  { digits }: Quantiser,
): boolean {
  return longest(left) * longest(right) + digits * MOST_DIGIT_PRODUCT < 2 ** 24;
}

/** Of a left −128 with a right ±127. */
const MOST_DIGIT_PRODUCT = 128 * MOST;

function longest({ byteSquares }: Pick<SketchedShard, "byteSquares">): number {
  let most = 0;
  for (const square of byteSquares) most = Math.max(most, square);
  return Math.sqrt(most);
}
