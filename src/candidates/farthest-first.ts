import type { ImageVectors } from "#data/image-vectors.ts";

/** One choice of farthest-first order. */
export interface Choice {
  /** Number of the image. */
  readonly row: number;
  /** Its nearest earlier choice and the distance to it; undefined for the first choice. */
  readonly nearestChosen: { readonly row: number; readonly distance: number } | undefined;
  /** Largest distance of any image to what is labeled or chosen, after this choice. */
  readonly coverageRadius: number;
}

export interface FarthestFirstOptions {
  /** Distance of each image to its nearest labeled one; undefined when nothing is labeled. */
  readonly toLabeled: Float64Array | undefined;
  /** Only images farther than this from every labeled image are chosen. */
  readonly dissimilar: number;
  readonly count: number;
  /** Without labels, the first choice is one of these; all images unless given. */
  readonly firstAmong?: readonly number[];
}

/** Learns of choices one by one, and knows of every image which of them is nearest. */
export interface ChoiceDistances {
  /** Infinity before the first choice; float64, shape (images,). */
  readonly distance: Float64Array;
  readonly row: Uint32Array;
  add(image: number): void;
}

/**
 * Chooses images so that each is the farthest from all that is labeled or chosen before (Gonzalez 1985: for every n, the first n
 * choices cover all images within twice the smallest possible radius). Two images are as far as their closest vectors. Equal distances go
 * to the smaller number. Without labels the first choice is the image nearest to the mean, the most typical one of those that it may be.
 * Exact, in float64.
 *
 * A generator, so that whoever asks can show progress and stop: each choice costs one pass over the vectors.
 *
 * @param toChosen knows no choice yet
 */
export function* farthestFirst(
  vectors: ImageVectors,
  toChosen: ChoiceDistances,
  { toLabeled, dissimilar, count, firstAmong }: FarthestFirstOptions,
): Generator<Choice> {
  const { imageCount } = vectors;
  const toCovered = toLabeled
    ? Float64Array.from(toLabeled)
    : new Float64Array(imageCount).fill(Number.POSITIVE_INFINITY);
  const open = Uint8Array.from({ length: imageCount }, (_, row) => Number(!toLabeled || toLabeled[row] > dissimilar));
  let row = toLabeled ? farthestOpen(toCovered, open) : nearestToMean(vectors, firstAmong);
  for (let chosen = 0; chosen < count && row >= 0; chosen++) {
    open[row] = 0;
    const nearestChosen = chosen === 0 ? undefined : { row: toChosen.row[row], distance: toChosen.distance[row] };
    toChosen.add(row);
    yield { row, nearestChosen, coverageRadius: cover(toCovered, toChosen.distance) };
    row = farthestOpen(toCovered, open);
  }
}

/** Takes the latest choice into the coverage; returns the coverage radius after it. */
function cover(toCovered: Float64Array, toChosen: Float64Array): number {
  let radius = 0;
  for (let row = 0; row < toCovered.length; row++) {
    if (toChosen[row] < toCovered[row]) toCovered[row] = toChosen[row];
    if (toCovered[row] > radius) radius = toCovered[row];
  }
  return radius;
}

/** The open image that is farthest from what is covered; −1 when none is open. */
function farthestOpen(toCovered: Float64Array, open: Uint8Array): number {
  let farthest = -1;
  for (let row = 0; row < open.length; row++) {
    if (open[row] === 1 && (farthest < 0 || toCovered[row] > toCovered[farthest])) farthest = row;
  }
  return farthest;
}

/** Of some images, the one nearest to the mean of all, as they stand; −1 when there are none. */
function nearestToMean(
  { matrix: { values, dim }, imageCount: rowCount }: ImageVectors,
  some: readonly number[] = [...Array(rowCount).keys()],
): number {
  const mean = new Float64Array(dim);
  for (let i = 0; i < rowCount * dim; i++) mean[i % dim] += values[i] / rowCount;
  let nearest = -1;
  let smallest = Number.POSITIVE_INFINITY;
  for (const row of some) {
    let sum = 0;
    for (let f = 0; f < dim; f++) sum += (values[row * dim + f] - mean[f]) ** 2;
    if (sum < smallest) {
      smallest = sum;
      nearest = row;
    }
  }
  return nearest;
}
