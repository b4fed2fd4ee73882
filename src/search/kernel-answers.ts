import { largest } from "#search/block-reach.ts";
import { type BlockRange, blockRange, type SketchedShard } from "#search/lay-out.ts";
import { leastProduct } from "#search/least-product.ts";
import { depthOf, type Quantiser } from "#search/quantise.ts";
import type { TileAnswers } from "#search/tile-answers.ts";
import type { GroupSize, TileKernel } from "#search/tile-kernel.ts";
import type { TileRoom } from "#search/tile-room.ts";

/** Two shards and how they were sketched. */
interface SketchedPair {
  readonly left: SketchedShard;
  readonly right: SketchedShard;
  readonly quantiser: Quantiser;
  readonly groupSize: GroupSize;
}

/** The tile product, computed by this thread. */
export class KernelAnswers implements TileAnswers {
  groups = 0;
  readonly #kernel: TileKernel;
  readonly #shards: SketchedPair;
  readonly #room: TileRoom;
  #rows: BlockRange = { first: 0, end: 0, columns: 0 };
  #columnSlack = 0;
  #lack = 0;

  constructor(kernel: TileKernel, shards: SketchedPair, room: TileRoom) {
    this.#kernel = kernel;
    this.#shards = shards;
    this.#room = room;
  }

  async take(leftBlock: number, rightBlock: number): Promise<void> {
    const { left, right, quantiser, groupSize } = this.#shards;
    const depth = depthOf(quantiser);
    const columns = blockRange(right, rightBlock);
    const operands = [this.#room.leftOperand(leftBlock), this.#room.rightOperand(rightBlock)] as const;
    await this.#kernel.largestPerGroup(...operands, depth, this.#room.answers);
    this.groups = columns.columns / groupSize;
    this.#rows = blockRange(left, leftBlock);
    this.#columnSlack = largest(right.byteSlacks, columns);
    this.#lack = right.shortfalls[rightBlock] + this.#kernel.rounding(depth);
  }

  leastOf(row: number): number {
    const { left, quantiser } = this.#shards;
    const least = leastProduct(left, row, this.#columnSlack, quantiser) - this.#lack;
    return Math.max(Math.ceil(least), SMALLEST_INT32);
  }

  addressOf(row: number): number {
    return this.#room.answers.byteOffset + (row - this.#rows.first) * this.groups * 4;
  }
}

const SMALLEST_INT32 = -(2 ** 31);
