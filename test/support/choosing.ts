import type { Choice } from "#candidates/choice.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { oracleDistance } from "./brute-force.ts";

/** Everything that is known before the first choice. */
export interface Choosing {
  /** Distance of every two images, by their closest vectors. */
  readonly between: readonly Float64Array[];
  readonly toLabeled: Float64Array | undefined;
  readonly counts: (image: number) => boolean;
  readonly isOpen: (image: number) => boolean;
}

/** Distance of every two images by their closest vectors, in float64. */
export function oracleDistances(features: FeatureMatrix, views: FeatureMatrix | undefined): Float64Array[] {
  const perImage = (views?.rowCount ?? 0) / Math.max(1, features.rowCount);
  const vectorsOf = (image: number) => [
    { matrix: features, row: image },
    ...Array.from({ length: perImage }, (_, i) => ({ matrix: views as FeatureMatrix, row: image * perImage + i })),
  ];
  const between = Array.from({ length: features.rowCount }, () => new Float64Array(features.rowCount));
  for (let a = 0; a < features.rowCount; a++) {
    for (let b = 0; b < a; b++) {
      const all = vectorsOf(a).flatMap((x) =>
        vectorsOf(b).map((y) => oracleDistance(x.matrix, x.row, y.matrix, y.row)),
      );
      between[a][b] = between[b][a] = Math.min(...all);
    }
  }
  return between;
}

/**
 * Chooses by brute force, written apart from the code under test.
 *
 * @param worth of choosing an image next, given those chosen before: the largest comes next, the smaller number of equal ones
 */
export function oracleChoices(
  { between, toLabeled, counts, isOpen }: Choosing,
  count: number,
  worth: (image: number, covered: Float64Array, chosen: readonly number[]) => number,
): Choice[] {
  const covered = toLabeled?.slice() ?? new Float64Array(between.length).fill(Number.POSITIVE_INFINITY);
  const images = [...covered.keys()].filter(counts);
  const chosen: number[] = [];
  const choices: Choice[] = [];
  while (chosen.length < count) {
    let [next, largest] = [-1, Number.NEGATIVE_INFINITY];
    for (const image of images) {
      if (!isOpen(image) || chosen.includes(image)) continue;
      const value = worth(image, covered, chosen);
      if (next < 0 || value > largest) [next, largest] = [image, value];
    }
    if (next < 0) break;
    const nearest = chosen.reduce((best, one) => (best < 0 || between[next][one] < between[next][best] ? one : best), -1);
    chosen.push(next);
    for (const image of images) covered[image] = Math.min(covered[image], between[next][image]);
    const coverageRadius = images.reduce((most, image) => Math.max(most, covered[image]), 0);
    const nearestChosen = nearest < 0 ? undefined : { row: nearest, distance: between[next][nearest] };
    choices.push({ row: next, nearestChosen, coverageRadius });
  }
  return choices;
}
