import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { PairCollector } from "#data/pair-list.ts";
import { isOutOfReach } from "#search/block-reach.ts";
import { largestFloatSum, largestSquaredDistance } from "#search/error-bound.ts";
import { KernelAnswers } from "#search/kernel-answers.ts";
import { type BlockRange, blockCount, blockRange, type SketchedShard } from "#search/lay-out.ts";
import { depthOf, type Quantiser } from "#search/quantise.ts";
import { filledUpVector, VECTOR_NUMBERS } from "#search/second-look.ts";
import type { TileAnswers } from "#search/tile-answers.ts";
import { HitAnswers, type TileHits } from "#search/tile-hits.ts";
import type { GroupSize, TileKernel } from "#search/tile-kernel.ts";
import { lookOfTiles, TileRoom } from "#search/tile-room.ts";

/** Two shards to compare; equal `firstRow` means one shard with itself. */
export interface ShardComparison {
  readonly left: SketchedShard;
  readonly right: SketchedShard;
  readonly leftFeatures: FeatureMatrix;
  readonly rightFeatures: FeatureMatrix;
  /** Blocks of the left shard to compare with all of the right one; half open. */
  readonly blocks: { readonly first: number; readonly end: number };
  /** Plain L2, inclusive, in the features' own units. */
  readonly threshold: number;
  readonly quantiser: Quantiser;
  /** Columns that share an answer of the kernel. */
  readonly groupSize: GroupSize;
  /** What a device has found out about those blocks; undefined where the kernel is to. */
  readonly hits?: TileHits | undefined;
}

/** What became of the compared pairs; what is neither skipped nor refined was pruned. */
export interface ComparisonResult {
  readonly pairs: PairCollector;
  skippedByBlock: number;
  refined: number;
}

/** Finds every pair of rows of two shards within the threshold. Exact: see why-no-pair-is-lost.md. */
export async function compareShards(kernel: TileKernel, comparison: ShardComparison): Promise<ComparisonResult> {
  const { left, right, blocks } = comparison;
  const scan = new TileScan(kernel, comparison);
  const same = left.firstRow === right.firstRow;
  for (let a = blocks.first; a < blocks.end; a++) {
    // distances are symmetric: within one shard, only tiles on or right of the diagonal
    for (let b = same ? a : 0; b < blockCount(right); b++) await scan.tile(a, b, same && a === b);
  }
  return scan.result;
}

class TileScan {
  readonly result: ComparisonResult = { pairs: new PairCollector(), skippedByBlock: 0, refined: 0 };
  readonly #comparison: ShardComparison;
  /** In the features' own units, with room for the rounding of float32. */
  readonly #nearLimit: number;
  readonly #room: TileRoom;
  readonly #answers: TileAnswers;

  constructor(kernel: TileKernel, comparison: ShardComparison) {
    this.#comparison = comparison;
    const { left, right, threshold, leftFeatures, quantiser, hits, blocks } = comparison;
    const { dim } = leftFeatures;
    this.#nearLimit = Math.fround(largestFloatSum(dim, largestSquaredDistance(dim, threshold)));
    const sizes = { depth: depthOf(quantiser), leastAnswers: hits?.groups ?? 0 };
    this.#room = new TileRoom(left, right, comparison, sizes);
    this.#answers = hits
      ? new HitAnswers(hits, left, blocks.first, this.#room)
      : new KernelAnswers(kernel, comparison, this.#room);
  }

  async tile(a: number, b: number, diagonal: boolean): Promise<void> {
    const { left, right, quantiser } = this.#comparison;
    const rows = blockRange(left, a);
    const columns = blockRange(right, b);
    if (isOutOfReach([left, a], [right, b], quantiser)) {
      this.result.skippedByBlock += (rows.end - rows.first) * (columns.end - columns.first);
      return;
    }
    await this.#answers.take(a, b);
    this.#readAnswers(rows, columns, b, diagonal);
  }

  /** Looks again at the groups of columns that may hold a pair, and refines those whose sketches are near. */
  #readAnswers(rows: BlockRange, columns: BlockRange, block: number, diagonal: boolean): void {
    const { left, right, leftFeatures, quantiser } = this.#comparison;
    const room = this.#room;
    const count = columns.end - columns.first;
    const widening = Math.sqrt(largestFloatSum(left.stride, 1));
    for (let column = 0; column < count; column++) {
      room.slacks[column] = right.slacks[columns.first + column] * widening;
    }
    const sketches = room.rightSketches(block);
    // a sketch that is the row itself tells no more than refinement, which comes next
    const looked = quantiser.numbers > leftFeatures.dim ? VECTOR_NUMBERS : left.stride;
    for (let row = rows.first; row < rows.end; row++) {
      const least = this.#answers.leastOf(row);
      if (least === undefined) continue;
      const near = lookOfTiles.functions.near_columns(
        this.#answers.addressOf(row),
        this.#answers.groups,
        least,
        room.leftSketches.addressOf(row),
        sketches,
        left.stride * 4,
        looked * 4,
        (quantiser.radius + left.slacks[row]) * widening,
        room.slacks.byteOffset,
        diagonal ? row - rows.first + 1 : 0,
        count,
        room.columns.byteOffset,
      );
      if (near > 0) this.#refine(row, near, columns.first);
    }
  }

  /** Decides in float64 over all dims which of the near columns are pairs. */
  #refine(row: number, count: number, firstColumn: number): void {
    this.result.refined += count;
    const { left, right, leftFeatures, threshold } = this.#comparison;
    const { columns, addresses, near, squaredDistances, leftFeatures: lefts, rightFeatures: rights } = this.#room;
    for (let i = 0; i < count; i++) {
      const position = firstColumn + columns[i];
      addresses[i] = rights.addressOf(position, right.rowAt[position]);
    }
    const found = lookOfTiles.functions.near_rows(
      lefts.addressOf(row, left.rowAt[row]),
      addresses.byteOffset,
      count,
      filledUpVector(leftFeatures.dim) * 4,
      this.#nearLimit,
      near.byteOffset,
      squaredDistances.byteOffset,
    );
    for (let i = 0; i < found; i++) {
      const distance = Math.sqrt(squaredDistances[i]);
      if (distance > threshold) continue;
      const a = left.firstRow + left.rowAt[row];
      const b = right.firstRow + right.rowAt[firstColumn + columns[near[i]]];
      this.result.pairs.add(Math.min(a, b), Math.max(a, b), distance);
    }
  }
}
