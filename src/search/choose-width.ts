import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import type { RowSketches } from "#search/sketch.ts";
import { GROUP_SIZES, type GroupSize } from "#search/tile-kernel.ts";

/**
 * Seconds of one processor, measured on a Zen 4 core: only their ratios matter, and a wrong one costs time, never a pair. A tile of
 * depth 128 takes 0.95 ns a pair, one of depth 256 1.53 ns.
 */
const MULTIPLY_ADD_SECONDS = 5e-12;
const TILE_PAIR_SECONDS = 0.3e-9;
/** To copy out and read one answer of the kernel. */
const ANSWER_SECONDS = 0.3e-9;
/** To look again at a group, and at each of its columns. */
const SECOND_LOOK_SECONDS = 0.01e-6;
const COLUMN_LOOK_SECONDS = 0.02e-6;
const COLUMN_LOOK_SECONDS_PER_NUMBER = 0.06e-9;
const REFINE_SECONDS_PER_DIM = 0.3e-9;
/** What a pair costs besides. */
const DECIDE_SECONDS_PER_DIM = 0.4e-9;

/** How far byte numbers are from the coordinates that they stand for, as a share of the sketch's length: 3.6 / (127 · √12). */
export const BYTE_SLACK = 0.0082;

/** Widths that are considered, narrowest first. */
export const WIDTHS = [16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768];

export interface WidthChoice {
  /** Coordinates of the sketch; `dim` means that no sketch pays and rows are compared as they are. */
  readonly width: number;
  /** Predicted seconds of one processor for a pair. */
  readonly secondsPerPair: number;
  /** Share of the pairs that would be refined. */
  readonly refinedShare: number;
  /** Columns that share an answer of the kernel: the more hits there are, the fewer. */
  readonly groupSize: GroupSize;
  /** Share of the refined pairs at the largest width that was considered. */
  readonly widestShare: number;
}

/** Shares of a sample's pairs of whole rows. */
export interface ExactShares {
  /** Within the radius. */
  readonly near: number;
  /** Within it by what byte numbers of whole rows tell. */
  readonly nearInBytes: number;
}

/** What a width leaves to do. */
interface Candidate {
  readonly width: number;
  /** Share of the pairs that the product of bytes does not tell from near ones. */
  readonly hitShare: number;
  /** Share that the second look leaves. */
  readonly refinedShare: number;
  /** Seconds to look at a column. */
  readonly look: number;
}

/**
 * Chooses how wide sketches should be from a sample: a wider one costs more to multiply and leaves less to look at again.
 *
 * @param sketches of the sample's rows, at the largest width to be considered
 * @param radius threshold in scaled units
 */
export function chooseWidth(sketches: RowSketches, exact: ExactShares, radius: number, dim: number): WidthChoice {
  const widths = [...WIDTHS.filter((width) => width < sketches.width), sketches.width];
  const shares = nearShares(sketches, widths, radius);
  const hitShares = nearShares(sketches, widths, radius + byteSlackOfPair(typicalLength(sketches)));
  const widestShare = shares[shares.length - 1];
  const candidates = widths.map((width, i): Candidate => {
    const look = COLUMN_LOOK_SECONDS + width * COLUMN_LOOK_SECONDS_PER_NUMBER;
    return { width, hitShare: hitShares[i], refinedShare: shares[i], look };
  });
  // whole rows are refined without a look before
  const wholeLook = COLUMN_LOOK_SECONDS + dim * REFINE_SECONDS_PER_DIM;
  candidates.push({ width: dim, hitShare: exact.nearInBytes, refinedShare: 0, look: wholeLook });
  let best: WidthChoice | undefined;
  for (const candidate of candidates) {
    const { width, refinedShare } = candidate;
    const refining = refinedShare * dim * REFINE_SECONDS_PER_DIM + exact.near * dim * DECIDE_SECONDS_PER_DIM;
    for (const groupSize of GROUP_SIZES) {
      const secondsPerPair = productCost(width) + lookCost(candidate, groupSize) + refining;
      if (!best || secondsPerPair < best.secondsPerPair)
        best = { width, secondsPerPair, refinedShare, groupSize, widestShare };
    }
  }
  return best as WidthChoice;
}

function productCost(width: number): number {
  return (width + 8) * MULTIPLY_ADD_SECONDS + TILE_PAIR_SECONDS;
}

function lookCost({ hitShare, look }: Candidate, groupSize: GroupSize): number {
  const groupHits = (1 - (1 - hitShare) ** groupSize) / groupSize;
  return ANSWER_SECONDS / groupSize + groupHits * (SECOND_LOOK_SECONDS + groupSize * look);
}

/** How much nearer than they are two rows of this length, without the mean, look in bytes. */
function byteSlackOfPair(length: number): number {
  return 2 * BYTE_SLACK * length;
}

/** Squared distances of all pairs of a sample's rows, in scaled units, in float32. */
export async function squaredDistances(
  product: MatrixProduct,
  sample: FeatureMatrix,
  scale: number,
): Promise<number[]> {
  const { rowCount, dim } = sample;
  const rows = sample.values.map((value) => value * scale);
  const cosines = await product.multiply(rows, rows, dim);
  const squared: number[] = [];
  for (let a = 0; a < rowCount; a++) {
    for (let b = 0; b < a; b++) {
      squared.push(cosines[a * rowCount + a] + cosines[b * rowCount + b] - 2 * cosines[a * rowCount + b]);
    }
  }
  return squared;
}

/** Shares of pairs of a sample's rows that lie within the radius of each other. */
export async function exactSharesWithin(
  product: MatrixProduct,
  sample: FeatureMatrix,
  scale: number,
  radius: number,
): Promise<ExactShares> {
  const squared = await squaredDistances(product, sample, scale);
  const pairs = Math.max(1, squared.length);
  // two rows are √2 times as far apart as they are from the mean
  const length = Math.sqrt(Math.max(0, squared.reduce((sum, value) => sum + value, 0) / pairs / 2));
  const share = (limit: number) => squared.filter((value) => value <= limit * limit).length / pairs;
  return { near: share(radius), nearInBytes: share(radius + byteSlackOfPair(length)) };
}

/** Root mean square length of a sketch's coordinates. */
export function typicalLength({ values, rowCount, width }: RowSketches): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) if (i % (width + 1) < width) sum += values[i] * values[i];
  return Math.sqrt(sum / Math.max(1, rowCount));
}

/** Share of the pairs whose sketches, cut to each of the widths, lie within the radius of each other. */
export function nearShares(sketches: RowSketches, widths: readonly number[], radius: number): number[] {
  const { values, slacks, rowCount, width: full } = sketches;
  const stride = full + 1;
  const rests = widths.map((width) => restLengths(sketches, width));
  const counts = new Float64Array(widths.length);
  for (let a = 0; a < rowCount; a++) {
    for (let b = 0; b < a; b++) {
      const limit = (radius + slacks[a] + slacks[b]) ** 2;
      let sum = 0;
      let c = 0;
      for (let i = 0; i < widths.length && sum <= limit; i++) {
        for (; c < widths[i]; c++) sum += (values[a * stride + c] - values[b * stride + c]) ** 2;
        if (sum + (rests[i][a] - rests[i][b]) ** 2 <= limit) counts[i]++;
      }
    }
  }
  const pairs = Math.max(1, (rowCount * (rowCount - 1)) / 2);
  return Array.from(counts, (count) => count / pairs);
}

/** Length of what a sketch of `width` coordinates leaves out, for each row. */
function restLengths({ values, rowCount, width: full }: RowSketches, width: number): Float64Array {
  return Float64Array.from({ length: rowCount }, (_, row) => {
    let rest = 0;
    for (let c = width; c <= full; c++) rest += values[row * (full + 1) + c] ** 2;
    return Math.sqrt(rest);
  });
}
