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
  const vectors = Array.from({ length: features.rowCount }, (_, image) => vectorsOf(image));
  const between = vectors.map(() => new Float64Array(features.rowCount));
  for (let a = 0; a < vectors.length; a++) {
    for (let b = 0; b < a; b++) {
      let closest = Number.POSITIVE_INFINITY;
      for (const x of vectors[a])
        for (const y of vectors[b]) closest = Math.min(closest, oracleDistance(x.matrix, x.row, y.matrix, y.row));
      between[a][b] = between[b][a] = closest;
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
    const open = images.filter((image) => isOpen(image) && !chosen.includes(image));
    if (open.length === 0) break;
    const worths = open.map((image) => worth(image, covered, chosen));
    const next = open[worths.reduce((best, value, i) => (value > worths[best] ? i : best), 0)];
    const nearest = nearestOf(chosen, between[next]);
    chosen.push(next);
    for (const image of images) covered[image] = Math.min(covered[image], between[next][image]);
    const coverageRadius = images.reduce((most, image) => Math.max(most, covered[image]), 0);
    choices.push({ row: next, nearestChosen: nearest, coverageRadius });
  }
  return choices;
}

/** The first of the nearest. */
function nearestOf(images: readonly number[], distances: Float64Array): Choice["nearestChosen"] {
  if (images.length === 0) return undefined;
  const row = images.reduce((best, image) => (distances[image] < distances[best] ? image : best));
  return { row, distance: distances[row] };
}
