import {
  depthOf,
  leftDigits,
  MOST,
  type Quantiser,
  quantiseRow,
  squareOf,
  takenOff,
  writeDigits,
} from "#search/quantise.ts";
import { filledUpVector } from "#search/second-look.ts";
import type { RowSketches } from "#search/sketch.ts";
import { COLUMN_MULTIPLE, ZERO_POINT } from "#search/tile-kernel.ts";

/**
 * The sketches of a shard, in blocks of rows that lie together, ready for the tile product. All arrays are in shared memory.
 * Positions are places in this order.
 */
export interface SketchedShard {
  /** No two layouts of a process have the same: threads keep copies by it. */
  readonly layout: number;
  readonly firstRow: number;
  readonly blockRows: number;
  /** Row of the shard at each position, shape (positions,). */
  readonly rowAt: Uint32Array;
  /** float32, shape (positions, stride): coordinates, rest, and zeros that fill the row up. */
  readonly values: Float32Array;
  readonly stride: number;
  /** How far each sketch may lie from the true one, float64, in scaled units; and the same for its byte numbers. */
  readonly slacks: Float64Array;
  readonly byteSlacks: Float64Array;
  /** Squared length of each row's byte numbers. */
  readonly byteSquares: Float64Array;
  /** Of each block: by how much its products may be too small, as a row's digits had no room. */
  readonly shortfalls: Float64Array;
  /** Left operand, uint8 around ZERO_POINT, shape (positions, depth). */
  readonly left: Uint8Array;
  /** Right operands, int8: for each block a matrix of shape (depth, its rows filled up to whole groups). */
  readonly right: Int8Array;
  /** Smallest and largest of every sketch coordinate in each block, float32, shape (blocks, 2, width + 1). */
  readonly boxes: Float32Array;
}

/** Where a block's rows stand. */
export interface BlockRange {
  readonly first: number;
  readonly end: number;
  /** Columns of its right operand: rows filled up to whole groups. */
  readonly columns: number;
}

type Positions = Pick<SketchedShard, "rowAt" | "blockRows">;

export function blockCount({ rowAt, blockRows }: Positions): number {
  return Math.ceil(rowAt.length / blockRows);
}

export function blockRange({ rowAt, blockRows }: Positions, block: number): BlockRange {
  const first = block * blockRows;
  const end = Math.min(first + blockRows, rowAt.length);
  return { first, end, columns: filledUp(end - first) };
}

/** The right operand of a block, still in shared memory. */
export function rightOperand(shard: Positions & Pick<SketchedShard, "right">, block: number, depth: number): Int8Array {
  const first = block * filledUp(shard.blockRows) * depth;
  return shard.right.subarray(first, first + blockRange(shard, block).columns * depth);
}

function filledUp(rows: number): number {
  return Math.ceil(rows / COLUMN_MULTIPLE) * COLUMN_MULTIPLE;
}

export interface LayOutOptions {
  readonly layout: number;
  readonly quantiser: Quantiser;
  /** The rows to lay out; others are copies of those. */
  readonly rows: Uint32Array;
  readonly firstRow: number;
  readonly blockRows: number;
}

/**
 * Lays sketches out in blocks. Rows that are near lie together, so that whole blocks can be skipped and hits fall together: rows are
 * halved along the leading coordinate that spreads most, again and again.
 */
export function layOut(
  sketches: RowSketches,
  { layout, quantiser, rows, firstRow, blockRows }: LayOutOptions,
): SketchedShard {
  const { width, values: source } = sketches;
  const numbers = width + 1;
  const stride = filledUpVector(numbers);
  const count = rows.length;
  const depth = depthOf(quantiser);
  const rowAt = new Uint32Array(shared(count * 4));
  rowAt.set(rows);
  halveAlongSpread(rowAt, source, numbers, Math.min(width, SPREAD_COORDINATES), blockRows);
  const blocks = Math.ceil(count / blockRows);
  const shard: SketchedShard = {
    layout,
    firstRow,
    blockRows,
    rowAt,
    values: new Float32Array(shared(count * stride * 4)),
    stride,
    slacks: new Float64Array(shared(count * 8)),
    byteSlacks: new Float64Array(shared(count * 8)),
    byteSquares: new Float64Array(shared(count * 8)),
    shortfalls: new Float64Array(shared(blocks * 8)),
    left: new Uint8Array(shared(count * depth)),
    right: new Int8Array(shared(blocks * filledUp(blockRows) * depth)),
    boxes: new Float32Array(shared(blocks * 2 * numbers * 4)),
  };
  for (let position = 0; position < count; position++) {
    const from = rowAt[position] * numbers;
    shard.values.set(source.subarray(from, from + numbers), position * stride);
    shard.slacks[position] = sketches.slacks[rowAt[position]];
  }
  for (let block = 0; block < blocks; block++) writeBlock(shard, block, quantiser);
  return shard;
}

function shared(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(bytes);
}

function writeBlock(shard: SketchedShard, block: number, quantiser: Quantiser): void {
  const { numbers } = quantiser;
  const depth = depthOf(quantiser);
  const { first, end, columns } = blockRange(shard, block);
  const right = rightOperand(shard, block, depth);
  const digits = leftDigits(quantiser);
  const bytes = new Int8Array(numbers);
  const mixed = new Float64Array(numbers);
  const low = shard.boxes.subarray(block * 2 * numbers, block * 2 * numbers + numbers).fill(Number.POSITIVE_INFINITY);
  const high = shard.boxes
    .subarray(block * 2 * numbers + numbers, (block + 1) * 2 * numbers)
    .fill(Number.NEGATIVE_INFINITY);
  for (let position = first; position < end; position++) {
    const sketch = shard.values.subarray(position * shard.stride, position * shard.stride + numbers);
    shard.byteSlacks[position] = shard.slacks[position] + quantiseRow(sketch, quantiser, bytes, mixed);
    const column = position - first;
    for (let c = 0; c < numbers; c++) {
      shard.left[position * depth + c] = bytes[c] + ZERO_POINT;
      right[c * columns + column] = bytes[c];
      low[c] = Math.min(low[c], sketch[c]);
      high[c] = Math.max(high[c], sketch[c]);
    }
    for (const [i, digit] of digits.entries()) shard.left[position * depth + numbers + i] = digit + ZERO_POINT;
    const square = squareOf(bytes);
    shard.byteSquares[position] = square;
    const missing = writeDigits(takenOff(square, shard.byteSlacks[position], quantiser), quantiser, (digit, value) => {
      right[(numbers + digit) * columns + column] = value;
    });
    shard.shortfalls[block] = Math.max(shard.shortfalls[block], missing);
  }
  // columns that only fill the block up are never near: as much as possible is taken off
  for (const digit of digits.keys()) {
    right.fill(MOST, (numbers + digit) * columns + end - first, (numbers + digit + 1) * columns);
  }
}

const SPREAD_COORDINATES = 16;

/** Orders `rows` in place: each part larger than a block is sorted along its widest coordinate and cut at whole blocks. */
function halveAlongSpread(
  rows: Uint32Array,
  values: Float32Array,
  stride: number,
  coordinates: number,
  blockRows: number,
): void {
  if (rows.length <= blockRows || coordinates === 0) return;
  const widest = widestCoordinate(rows, values, stride, coordinates);
  const keys = Float32Array.from(rows, (row) => values[row * stride + widest]);
  const order = Uint32Array.from(rows.keys()).sort((a, b) => keys[a] - keys[b] || rows[a] - rows[b]);
  rows.set(order.map((i) => rows[i]));
  const half = Math.ceil(Math.ceil(rows.length / blockRows) / 2) * blockRows;
  halveAlongSpread(rows.subarray(0, half), values, stride, coordinates, blockRows);
  halveAlongSpread(rows.subarray(half), values, stride, coordinates, blockRows);
}

function widestCoordinate(rows: Uint32Array, values: Float32Array, stride: number, coordinates: number): number {
  let widest = 0;
  let most = -1;
  for (let c = 0; c < coordinates; c++) {
    let [sum, squares] = [0, 0];
    for (const row of rows) {
      sum += values[row * stride + c];
      squares += values[row * stride + c] ** 2;
    }
    const spread = squares / rows.length - (sum / rows.length) ** 2;
    if (spread > most) [most, widest] = [spread, c];
  }
  return widest;
}
