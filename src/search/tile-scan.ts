import { type FeatureMatrix, squaredDistance } from "#data/feature-matrix.ts";
import { PairCollector } from "#data/pair-list.ts";
import { largestSquaredDistance } from "#search/error-bound.ts";
import { type BlockRange, blockCount, blockRange, rightOperand, type SketchedShard } from "#search/lay-out.ts";
import { depthOf, type Quantiser } from "#search/quantise.ts";
import type { GroupSize, TileKernel } from "#search/tile-kernel.ts";

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
  /** Power of two by which the sketches are smaller or larger than the features. */
  readonly scale: number;
  readonly quantiser: Quantiser;
  /** Columns that share an answer of the kernel. */
  readonly groupSize: GroupSize;
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
  readonly #kernel: TileKernel;
  readonly #comparison: ShardComparison;
  readonly #radius: number;
  readonly #depth: number;
  readonly #rightRoom: Int8Array;
  #copiedLeft: { block: number; rows: Uint8Array } | undefined;

  constructor(kernel: TileKernel, comparison: ShardComparison) {
    this.#kernel = kernel;
    this.#comparison = comparison;
    const { threshold, scale, leftFeatures, quantiser } = comparison;
    this.#radius = Math.sqrt(largestSquaredDistance(leftFeatures.dim, threshold * scale));
    this.#depth = depthOf(quantiser);
    this.#rightRoom = new Int8Array(rightOperand(comparison.right, 0, this.#depth).length);
  }

  async tile(a: number, b: number, diagonal: boolean): Promise<void> {
    const { left, right, quantiser } = this.#comparison;
    const rows = blockRange(left, a);
    const columns = blockRange(right, b);
    const mostSlack = largest(left.slacks, rows) + largest(right.slacks, columns);
    const gap = squaredGap(left.boxes, a, right.boxes, b, quantiser.numbers);
    if (gap > (this.#radius + mostSlack) ** 2 * (1 + 1e-9)) {
      this.result.skippedByBlock += (rows.end - rows.first) * (columns.end - columns.first);
      return;
    }
    const products = await this.#kernel.largestPerGroup(this.#leftCopy(a, rows), this.#rightCopy(b), this.#depth);
    this.#readHits(products, rows, columns, diagonal);
  }

  /** ONNX Runtime does not take shared memory, so operands are copied; the left one stays for all tiles of its row. */
  #leftCopy(block: number, { first, end }: BlockRange): Uint8Array {
    if (this.#copiedLeft?.block !== block) {
      const rows = new Uint8Array((end - first) * this.#depth);
      rows.set(this.#comparison.left.left.subarray(first * this.#depth, end * this.#depth));
      this.#copiedLeft = { block, rows };
    }
    return this.#copiedLeft.rows;
  }

  #rightCopy(block: number): Int8Array {
    const shared = rightOperand(this.#comparison.right, block, this.#depth);
    const copy = this.#rightRoom.subarray(0, shared.length);
    copy.set(shared);
    return copy;
  }

  /** Looks again at the groups of columns that may hold a pair. */
  #readHits(products: Int32Array, rows: BlockRange, columns: BlockRange, diagonal: boolean): void {
    const { left, right, quantiser, groupSize } = this.#comparison;
    const groups = columns.columns / groupSize;
    const columnSlack = largest(right.byteSlacks, columns);
    const rounding = this.#kernel.rounding(this.#depth);
    for (let row = rows.first; row < rows.end; row++) {
      const reach = (this.#radius + left.byteSlacks[row] + columnSlack) / quantiser.step;
      // the product is half of (|x|² − squared distance), or more where a long row had no room for all its digits
      const limit = Math.ceil((left.byteSquares[row] - reach * reach * (1 + 1e-9)) / 2 - rounding);
      const offset = (row - rows.first) * groups;
      for (let group = 0; group < groups; group++) {
        if (products[offset + group] >= limit) this.#secondLook(row, columns, group, groups, diagonal);
      }
    }
  }

  /** Compares the sketches of a group one by one; those still near are refined. */
  #secondLook(row: number, columns: BlockRange, group: number, groups: number, diagonal: boolean): void {
    const { left, right, quantiser } = this.#comparison;
    const { numbers } = quantiser;
    const { values: x } = left;
    const { values: y } = right;
    const reachOfRow = this.#radius + left.slacks[row];
    for (let column = columns.first + group; column < columns.end; column += groups) {
      if (diagonal && column <= row) continue;
      const reach = reachOfRow + right.slacks[column];
      const limit = reach * reach * (1 + 1e-9);
      // leading coordinates tell most, so most columns leave after the first stretch
      if (isWithin(x, row * numbers, y, column * numbers, numbers, limit, 16)) {
        this.#refine(left.rowAt[row], right.rowAt[column]);
      }
    }
  }

  /** Decides in float64 over all dims. */
  #refine(leftRow: number, rightRow: number): void {
    this.result.refined++;
    const { leftFeatures, rightFeatures, left, right, threshold } = this.#comparison;
    const { dim, values: x } = leftFeatures;
    const { values: y } = rightFeatures;
    const [leftOffset, rightOffset] = [leftRow * dim, rightRow * dim];
    if (!isWithin(x, leftOffset, y, rightOffset, dim, largestSquaredDistance(dim, threshold), 128)) return;
    const distance = Math.sqrt(squaredDistance(x, leftOffset, y, rightOffset, dim));
    if (distance > threshold) return;
    const [a, b] = [left.firstRow + leftRow, right.firstRow + rightRow];
    this.result.pairs.add(Math.min(a, b), Math.max(a, b), distance);
  }
}

/**
 * Whether the squared distance of two rows is at most `limit`, in float64; gives up after each stretch that passes it. Four sums run side
 * by side, which a processor does at once; the limit's own margin covers that their order is not that of `squaredDistance`.
 */
function isWithin(
  x: Float32Array,
  xOffset: number,
  y: Float32Array,
  yOffset: number,
  count: number,
  limit: number,
  stretch: number,
): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (const whole = count - (count % 4); i < whole; ) {
    for (const stop = Math.min(i + stretch, whole); i < stop; i += 4) {
      const p = x[xOffset + i] - y[yOffset + i];
      const q = x[xOffset + i + 1] - y[yOffset + i + 1];
      const r = x[xOffset + i + 2] - y[yOffset + i + 2];
      const s = x[xOffset + i + 3] - y[yOffset + i + 3];
      a += p * p;
      b += q * q;
      c += r * r;
      d += s * s;
    }
    if (a + b + c + d > limit) return false;
  }
  for (; i < count; i++) a += (x[xOffset + i] - y[yOffset + i]) ** 2;
  return a + b + c + d <= limit;
}

function largest(values: Float64Array, { first, end }: BlockRange): number {
  let most = 0;
  for (let i = first; i < end; i++) if (values[i] > most) most = values[i];
  return most;
}

/** Squared distance of the boxes around two blocks: no two of their sketches are nearer. */
function squaredGap(left: Float32Array, a: number, right: Float32Array, b: number, numbers: number): number {
  const leftLow = a * 2 * numbers;
  const rightLow = b * 2 * numbers;
  let sum = 0;
  for (let c = 0; c < numbers; c++) {
    const below = left[leftLow + c] - right[rightLow + numbers + c];
    const above = right[rightLow + c] - left[leftLow + numbers + c];
    const gap = Math.max(below, above, 0);
    sum += gap * gap;
  }
  return sum;
}
