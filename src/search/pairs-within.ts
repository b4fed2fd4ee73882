import { type FeatureMatrix, squaredDistance } from "#data/feature-matrix.ts";
import { PairCollector, type PairList } from "#data/pair-list.ts";
import { largestSquaredDistance, productError } from "#search/error-bound.ts";
import { commonScale, leftOperand, type Operand, rightOperand } from "#search/operands.ts";
import { GROUP_COLUMNS, type TileKernel } from "#search/tile-kernel.ts";

export interface PairSearch {
  readonly left: FeatureMatrix;
  readonly right: FeatureMatrix;
  /** Number of the first row of each in the whole index. Equal for the pairs within one shard. */
  readonly leftFirstRow: number;
  readonly rightFirstRow: number;
  /** Plain L2, inclusive. */
  readonly threshold: number;
  /** Rows of a tile on either side. */
  readonly blockRows: number;
}

export interface FoundPairs {
  readonly pairs: PairList;
  /** Pairs that were looked at in float64. */
  readonly refined: number;
}

/**
 * Finds every pair of a left and a right row within the threshold; within one shard, each pair once and no row with itself.
 * Exact: see why-no-pair-is-lost.md.
 */
export async function pairsWithin(kernel: TileKernel, search: PairSearch): Promise<FoundPairs> {
  const { left, right, threshold } = search;
  const scale = commonScale(left, right);
  const radius = threshold * scale;
  const scan: Scan = {
    search,
    leftOperand: leftOperand(left, scale),
    rightOperand: rightOperand(right, scale),
    largest: largestSquaredDistance(left.dim, radius),
    sameRows: search.leftFirstRow === search.rightFirstRow,
    pairs: new PairCollector(),
    refined: 0,
  };
  const { blockRows } = search;
  const columns = Math.ceil(blockRows / GROUP_COLUMNS) * GROUP_COLUMNS;
  for (let top = 0; top < left.rowCount; top += blockRows) {
    // distances are symmetric: within one shard, only tiles that reach right of the diagonal
    const start = scan.sameRows ? Math.floor(top / columns) * columns : 0;
    for (let first = start; first < right.rowCount; first += columns) await scanTile(kernel, scan, top, first, columns);
  }
  return { pairs: scan.pairs.toList(), refined: scan.refined };
}

interface Scan {
  readonly search: PairSearch;
  readonly leftOperand: Operand;
  readonly rightOperand: Operand;
  /** Largest squared distance of a pair, in scaled units. */
  readonly largest: number;
  readonly sameRows: boolean;
  readonly pairs: PairCollector;
  refined: number;
}

async function scanTile(kernel: TileKernel, scan: Scan, top: number, first: number, columns: number): Promise<void> {
  const { leftOperand: l, rightOperand: r, largest } = scan;
  const { width } = l;
  const bottom = Math.min(top + scan.search.blockRows, l.rowCount);
  const leftRows = l.values.subarray(top * width, bottom * width);
  const rightRows = r.values.subarray(first * width, (first + columns) * width);
  const products = await kernel.largestPerGroup(leftRows, rightRows, width);
  const groups = rightRows.length / width / GROUP_COLUMNS;
  let longest = 0;
  const end = Math.min(first + columns, r.rowCount);
  for (let row = first; row < end; row++) if (r.norms[row] > longest) longest = r.norms[row];
  for (let row = top; row < bottom; row++) {
    const limit = -(largest + productError(width - 2, l.norms[row], longest));
    const offset = (row - top) * groups;
    for (let group = 0; group < groups; group++) {
      if (products[offset + group] >= limit) secondLook(scan, row, first + group * GROUP_COLUMNS);
    }
  }
}

/** Computes one left row against a group of right rows in float64 and keeps the pairs. */
function secondLook(scan: Scan, row: number, firstColumn: number): void {
  const { left, right, threshold, leftFirstRow, rightFirstRow } = scan.search;
  const { dim } = left;
  const end = Math.min(firstColumn + GROUP_COLUMNS, right.rowCount);
  for (let column = scan.sameRows ? Math.max(firstColumn, row + 1) : firstColumn; column < end; column++) {
    scan.refined++;
    const distance = Math.sqrt(squaredDistance(left.values, row * dim, right.values, column * dim, dim));
    if (distance <= threshold) scan.pairs.add(leftFirstRow + row, rightFirstRow + column, distance);
  }
}
