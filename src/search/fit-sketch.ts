import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import { chooseWidth, exactSharesWithin, type WidthChoice } from "#search/choose-width.ts";
import { largestSquaredDistance } from "#search/error-bound.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { fitQuantiser, type Quantiser } from "#search/quantise.ts";
import { identityRotation, momentsOf, principalDirections, type Rotation, rotationTo } from "#search/rotation.ts";
import { scaleFor } from "#search/row-scale.ts";
import { sketchRows } from "#search/sketch.ts";

/** A rotation cut to the width that promises the fastest search, and how its sketches become bytes. */
export interface FittedSketch {
  readonly rotation: Rotation;
  readonly quantiser: Quantiser;
  readonly choice: WidthChoice;
}

/** Rows of the sample whose pairs tell how well a width prunes. */
const TRIAL_ROWS = 600;

/** Directions that are fitted at first; more are only worth their time where these do not prune enough. */
const FITTED_WIDTHS = [128, 384, 768];
const MOST_WIDTH = 768;

/** Where the first directions leave more than this share of the pairs, no direction tells much: more of them would not help. */
const HOPELESS_SHARE = 0.5;

/** Where they leave fewer than this, there is nothing to win. */
const GOOD_SHARE = 2e-4;

export interface FitRequest {
  readonly sample: FeatureMatrix;
  /** Of all rows, in the features' own units. */
  readonly longestNorm: number;
  /** Plain L2, in the same. */
  readonly threshold: number;
  /** True: rows are to be compared as they are. */
  readonly plain: boolean;
}

/** No sketch at all: rows keep their coordinates. */
export async function plainSketch(product: MatrixProduct, request: FitRequest): Promise<FittedSketch> {
  const { sample } = request;
  const { scale, radius } = scaled(request);
  const choice = { width: sample.dim, secondsPerPair: 0, refinedShare: 0, widestShare: 0, groupSize: 8 } as const;
  return withQuantiser(product, sample, identityRotation(sample, scale), radius, choice);
}

/** The power of two that brings rows to a length of 1, and what a squared distance within the threshold cannot pass then. */
function scaled({ sample, longestNorm, threshold }: FitRequest): { scale: number; radius: number } {
  const scale = scaleFor(longestNorm);
  return { scale, radius: Math.sqrt(largestSquaredDistance(sample.dim, threshold * scale)) };
}

async function withQuantiser(
  product: MatrixProduct,
  sample: FeatureMatrix,
  rotation: Rotation,
  radius: number,
  choice: WidthChoice,
) {
  const quantiser = fitQuantiser(await sketchRows(product, spreadRows(sample, TRIAL_ROWS), rotation), radius);
  return { rotation, quantiser, choice };
}

/** Fits a rotation to a sample and chooses how much of it to keep; all coordinates stay where no sketch pays. */
export async function fitSketch(product: MatrixProduct, request: FitRequest): Promise<FittedSketch> {
  const { sample } = request;
  const { dim } = sample;
  const { scale, radius } = scaled(request);
  const trial = spreadRows(sample, TRIAL_ROWS);
  const exact = await exactSharesWithin(product, trial, scale, radius);
  const moments = await momentsOf(product, sample, scale);
  let directions: Float32Array | undefined;
  for (const most of FITTED_WIDTHS) {
    directions = await principalDirections(product, moments, most, directions);
    const width = directions.length / dim;
    // the skew only widens slacks by a hair, which a choice need not know
    const untested: Rotation = { scale, mean: moments.mean, basis: directions, dim, width, skew: 0 };
    const choice = chooseWidth(await sketchRows(product, trial, untested), exact, radius, dim);
    const { widestShare } = choice;
    const mayGrow = most < MOST_WIDTH && width < dim && widestShare > GOOD_SHARE && widestShare < HOPELESS_SHARE;
    if (choice.width < width || (!mayGrow && choice.width < dim)) {
      return withQuantiser(product, sample, rotationTo(directions, moments, choice.width), radius, choice);
    }
    if (!mayGrow) return withQuantiser(product, sample, identityRotation(sample, scale), radius, choice);
  }
  throw new Error("unreachable: the largest width always returns");
}

/** Up to `count` rows, evenly spread. */
export function spreadRows(matrix: FeatureMatrix, count: number): FeatureMatrix {
  if (matrix.rowCount <= count) return matrix;
  const { dim } = matrix;
  const values = new Float32Array(count * dim);
  for (let i = 0; i < count; i++) {
    const row = Math.floor((i * matrix.rowCount) / count);
    values.set(rowsOf(matrix, row, row + 1).values, i * dim);
  }
  return { values, rowCount: count, dim };
}
