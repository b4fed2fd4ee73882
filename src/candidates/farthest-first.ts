import { type FeatureMatrix, squaredDistance } from "#data/feature-matrix.ts";

/** One choice of farthest-first order. */
export interface Choice {
  /** Row of the matrix. */
  readonly row: number;
  /** Its nearest earlier choice and the distance to it; undefined for the first choice. */
  readonly nearestChosen: { readonly row: number; readonly distance: number } | undefined;
  /** Largest distance of any row to what is labeled or chosen, after this choice. */
  readonly coverageRadius: number;
}

export interface FarthestFirstOptions {
  /** Distance of each row to its nearest labeled image; undefined when nothing is labeled. */
  readonly toLabeled: Float64Array | undefined;
  /** Only rows farther than this from every labeled image are chosen. */
  readonly dissimilar: number;
  readonly count: number;
}

/**
 * Chooses rows so that each is the farthest from all that is labeled or chosen before (Gonzalez 1985: for every n, the first n
 * choices cover all rows within twice the smallest possible radius). Equal distances go to the smaller row. Without labels
 * the first choice is the row nearest to the mean, the most typical one. Exact, in float64.
 *
 * A generator, so that whoever asks can show progress and stop: each choice costs one pass over the rows.
 */
export function* farthestFirst(features: FeatureMatrix, options: FarthestFirstOptions): Generator<Choice> {
  const { rowCount } = features;
  const { toLabeled, dissimilar, count } = options;
  const state: Coverage = {
    toCovered: toLabeled ? Float64Array.from(toLabeled) : new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY),
    toChosen: new Float64Array(rowCount).fill(Number.POSITIVE_INFINITY),
    nearestChosen: new Uint32Array(rowCount),
  };
  const open = Uint8Array.from({ length: rowCount }, (_, row) => Number(!toLabeled || toLabeled[row] > dissimilar));
  let row = toLabeled ? farthestOpen(state.toCovered, open) : nearestToMean(features);
  for (let chosen = 0; chosen < count && row >= 0; chosen++) {
    open[row] = 0;
    const nearestChosen = chosen === 0 ? undefined : { row: state.nearestChosen[row], distance: state.toChosen[row] };
    yield { row, nearestChosen, coverageRadius: cover(state, features, row) };
    row = farthestOpen(state.toCovered, open);
  }
}

interface Coverage {
  /** Distance of each row to the nearest labeled or chosen one. */
  readonly toCovered: Float64Array;
  /** Distance of each row to the nearest chosen one, and which that is. */
  readonly toChosen: Float64Array;
  readonly nearestChosen: Uint32Array;
}

/** Takes a choice into the coverage; returns the coverage radius after it. */
function cover({ toCovered, toChosen, nearestChosen }: Coverage, features: FeatureMatrix, chosen: number): number {
  const { values, rowCount, dim } = features;
  let radius = 0;
  for (let row = 0; row < rowCount; row++) {
    const distance = Math.sqrt(squaredDistance(values, chosen * dim, values, row * dim, dim));
    if (distance < toChosen[row]) {
      toChosen[row] = distance;
      nearestChosen[row] = chosen;
    }
    if (distance < toCovered[row]) toCovered[row] = distance;
    if (toCovered[row] > radius) radius = toCovered[row];
  }
  return radius;
}

/** The open row that is farthest from what is covered; −1 when none is open. */
function farthestOpen(toCovered: Float64Array, open: Uint8Array): number {
  let farthest = -1;
  for (let row = 0; row < open.length; row++) {
    if (open[row] === 1 && (farthest < 0 || toCovered[row] > toCovered[farthest])) farthest = row;
  }
  return farthest;
}

/** −1 when there are no rows. */
function nearestToMean({ values, rowCount, dim }: FeatureMatrix): number {
  const mean = new Float64Array(dim);
  for (let i = 0; i < rowCount * dim; i++) mean[i % dim] += values[i] / rowCount;
  let nearest = -1;
  let smallest = Number.POSITIVE_INFINITY;
  for (let row = 0; row < rowCount; row++) {
    let sum = 0;
    for (let f = 0; f < dim; f++) sum += (values[row * dim + f] - mean[f]) ** 2;
    if (sum < smallest) {
      smallest = sum;
      nearest = row;
    }
  }
  return nearest;
}
