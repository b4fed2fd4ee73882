import type { ChoosingOrder, CoverageState } from "#candidates/choice.ts";
import type { ImageVectors } from "#data/image-vectors.ts";

/**
 * Each image is the farthest from all that is labeled or chosen before (Gonzalez 1985: for every n, the first n choices cover all images
 * within twice the smallest possible radius). Equal distances go to the smaller number. Exact, in float64.
 */
export class FarthestFirst implements ChoosingOrder {
  readonly #coverage: CoverageState;
  #first: number;

  /** @param first where nothing is labeled, and so all are infinitely far: the image to begin with; else −1 */
  constructor(coverage: CoverageState, first = -1) {
    this.#coverage = coverage;
    this.#first = first;
  }

  async next(): Promise<number> {
    return this.#first >= 0 ? this.#first : this.#coverage.farthest();
  }

  take(): void {
    this.#first = -1;
  }

  leaveOut(image: number): void {
    // of others the coverage knows
    if (image === this.#first) this.#first = -1;
  }
}

/** Of some images, the one whose picture as it stands is nearest to the mean of all: the most typical; −1 when there are none. */
export function nearestToMean(
  { matrix: { values, dim }, imageCount }: ImageVectors,
  some: Iterable<number> = Array(imageCount).keys(),
): number {
  const mean = new Float64Array(dim);
  for (let row = 0; row < imageCount; row++) for (let f = 0; f < dim; f++) mean[f] += values[row * dim + f];
  for (let f = 0; f < dim; f++) mean[f] /= imageCount;
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
