import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { Metric } from "#data/metric.ts";
import { BYTE_SLACK, nearShares, squaredDistances, typicalLength, WIDTHS } from "#search/choose-width.ts";
import { spreadRows } from "#search/fit-sketch.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { fitQuantiser, type Quantiser } from "#search/quantise.ts";
import { identityRotation, momentsOf, principalDirections, type Rotation, rotationTo } from "#search/rotation.ts";
import { longestNorm, scaleFor } from "#search/row-scale.ts";
import { type RowSketches, sketchRows } from "#search/sketch.ts";
import { unitRows } from "#search/unit-rows.ts";

/** Seconds of one processor, measured on a Zen 4 core: to read a byte of a row, to fetch a row and measure it. */
const SCAN_SECONDS_PER_NUMBER = 0.1e-9;
const FETCH_SECONDS = 0.3e-6;
const REFINE_SECONDS_PER_DIM = 0.8e-9;
/** To come to a row that lies anywhere, and to decide on it. */
const LOOK_AGAIN_SECONDS = 1.2e-6;
/** To read a number of a rotation when a query is turned. */
const TURN_SECONDS_PER_NUMBER = 0.4e-9;

const TRIAL_ROWS = 600;
const MOST_NARROW = 512;
const MOST_WIDE = 1024;

/** Where fewer rows are left to be measured, wide numbers would not be worth their memory. */
const WIDE_FROM_ROWS = 300;
/** Bytes that the numbers of whole rows may take; an index may grow to four times its size before it is fitted anew. */
const WHOLE_ROW_BYTES = 2 ** 30 * 0.75;

export interface RowIndexFitRequest {
  /** At least one row. */
  readonly sample: FeatureMatrix;
  /** Of the whole index. */
  readonly rowCount: number;
  /** Nearest rows that queries will ask for. */
  readonly count: number;
  /** True: rows keep their coordinates. */
  readonly plain: boolean;
  readonly metric: Metric;
}

/** How rows become byte numbers of one width. */
export interface FittedLevel {
  readonly rotation: Rotation;
  readonly quantiser: Quantiser;
}

/** Narrow byte numbers, and wide ones, of whole rows where memory allows, where many rows are to be told apart. */
export interface FittedRowIndex {
  readonly metric: Metric;
  readonly levels: readonly FittedLevel[];
}

/** Fits a rotation to a sample and chooses the width at which a query reads and measures least. */
export async function fitRowIndex(product: MatrixProduct, request: RowIndexFitRequest): Promise<FittedRowIndex> {
  const { metric } = request;
  return { metric, levels: await fitLevels(product, metric === "l2" ? request : unitRequest(request)) };
}

/** For cosines, directions count and lengths do not. */
function unitRequest(request: RowIndexFitRequest): RowIndexFitRequest {
  return { ...request, sample: unitRows(request.sample) };
}

async function fitLevels(product: MatrixProduct, request: RowIndexFitRequest): Promise<FittedLevel[]> {
  const { sample, plain } = request;
  const scale = scaleFor(longestNorm(sample));
  const trial = spreadRows(sample, TRIAL_ROWS);
  const level = async (rotation: Rotation): Promise<FittedLevel> => {
    return { rotation, quantiser: fitQuantiser(await sketchRows(product, trial, rotation), 0) };
  };
  if (plain) return [await level(identityRotation(sample, scale))];
  const { dim } = sample;
  const moments = await momentsOf(product, sample, scale);
  const directions = await principalDirections(product, moments, Math.min(MOST_NARROW, dim));
  const rotation: Rotation = {
    scale,
    mean: moments.mean,
    basis: directions,
    dim,
    width: directions.length / dim,
    skew: 0,
  };
  const radius = await typicalRadius(product, trial, scale, request);
  const sketches = await sketchRows(product, trial, rotation);
  const { width, share } = chooseScanWidth(sketches, { radius, dim, rowCount: request.rowCount });
  const whole = () => level(identityRotation(sample, scale));
  if (width === dim) return [await whole()];
  const narrow = await level(rotationTo(directions, moments, width));
  if (share * request.rowCount < WIDE_FROM_ROWS) return [narrow];
  if (dim * request.rowCount <= WHOLE_ROW_BYTES) return [narrow, await whole()];
  const wideWidth = Math.min(MOST_WIDE, Math.floor(dim / 2));
  if (wideWidth < 2 * width) return [narrow];
  const wide = await principalDirections(product, moments, wideWidth, directions);
  return [narrow, await level(rotationTo(wide, moments, wideWidth))];
}

/** How far the last of the nearest rows usually is: as many of the sample's pairs as there will be of all. */
async function typicalRadius(
  product: MatrixProduct,
  trial: FeatureMatrix,
  scale: number,
  { rowCount, count }: RowIndexFitRequest,
): Promise<number> {
  const squared = (await squaredDistances(product, trial, scale)).sort((a, b) => a - b);
  const place = Math.floor(squared.length * Math.min(1, count / rowCount));
  return Math.sqrt(Math.max(0, squared[place] ?? squared[squared.length - 1] ?? 0));
}

/** The width with the least predicted time, and the share of the rows that it leaves to be looked at again. */
function chooseScanWidth(
  sketches: RowSketches,
  { radius, dim, rowCount }: { radius: number; dim: number; rowCount: number },
): { width: number; share: number } {
  const widths = [...WIDTHS.filter((width) => width < sketches.width), sketches.width];
  const shares = nearShares(sketches, widths, radius + BYTE_SLACK * typicalLength(sketches));
  const refine = FETCH_SECONDS + dim * REFINE_SECONDS_PER_DIM;
  const isWhole = dim * rowCount <= WHOLE_ROW_BYTES;
  const lookAgain = isWhole ? LOOK_AGAIN_SECONDS + dim * SCAN_SECONDS_PER_NUMBER : refine;
  const choices = widths.map((width, i) => {
    const turn = (width * dim * TURN_SECONDS_PER_NUMBER) / rowCount;
    return { width, share: shares[i], seconds: width * SCAN_SECONDS_PER_NUMBER + turn + shares[i] * lookAgain };
  });
  choices.push({ width: dim, share: 0, seconds: dim * SCAN_SECONDS_PER_NUMBER });
  return choices.reduce((best, choice) => (choice.seconds < best.seconds ? choice : best));
}
