import { type FeatureMatrix, rowsOf } from "#data/feature-matrix.ts";
import { chooseWidth, exactShareWithin, type WidthChoice } from "#search/choose-width.ts";
import { largestSquaredDistance } from "#search/error-bound.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { fitQuantiser, type Quantiser } from "#search/quantise.ts";
import { fitRotation, identityRotation, momentsOf, narrowed, type Rotation } from "#search/rotation.ts";
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
const FIRST_WIDTH = 128;
const MOST_WIDTH = 384;

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
export async function plainSketch(product: MatrixProduct, { sample, longestNorm }: FitRequest): Promise<FittedSketch> {
  const choice = { width: sample.dim, secondsPerPair: 0, refinedShare: 0, widestShare: 0, groupSize: 8 } as const;
  return withQuantiser(product, sample, identityRotation(sample, scaleFor(longestNorm)), choice);
}

async function withQuantiser(product: MatrixProduct, sample: FeatureMatrix, rotation: Rotation, choice: WidthChoice) {
  const quantiser = fitQuantiser(await sketchRows(product, spreadRows(sample, TRIAL_ROWS), rotation));
  return { rotation, quantiser, choice };
}

/** Fits a rotation to a sample and chooses how much of it to keep; all coordinates stay where no sketch pays. */
export async function fitSketch(
  product: MatrixProduct,
  { sample, longestNorm, threshold }: FitRequest,
): Promise<FittedSketch> {
  const { dim } = sample;
  const scale = scaleFor(longestNorm);
  const radius = Math.sqrt(largestSquaredDistance(dim, threshold * scale));
  const trial = spreadRows(sample, TRIAL_ROWS);
  const exactShare = await exactShareWithin(product, trial, scale, radius);
  const moments = await momentsOf(product, sample, scale);
  for (const most of [FIRST_WIDTH, MOST_WIDTH]) {
    const rotation = await fitRotation(product, moments, most);
    const choice = chooseWidth(await sketchRows(product, trial, rotation), exactShare, radius, dim);
    const isCut = choice.width < rotation.width;
    const { widestShare } = choice;
    const mayGrow =
      most < MOST_WIDTH && rotation.width < dim && widestShare > GOOD_SHARE && widestShare < HOPELESS_SHARE;
    if (isCut || (!mayGrow && choice.width < dim)) {
      return withQuantiser(product, sample, narrowed(rotation, choice.width), choice);
    }
    if (!mayGrow) return withQuantiser(product, sample, identityRotation(sample, scale), choice);
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
