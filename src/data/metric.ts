import { distance, type FeatureMatrix } from "#data/feature-matrix.ts";

/** l2: plain L2; cosine: 1 − cosine, which is 1 for a vector of zeros. Both of raw vectors, in float64. */
export const METRICS = ["l2", "cosine"] as const;
export type Metric = (typeof METRICS)[number];

/** 1 − cosine of two vectors, by their product and squared norms; 1 where one of them is zero, and never below 0. */
export function cosineDistance(dot: number, leftSquare: number, rightSquare: number): number {
  const norms = Math.sqrt(leftSquare * rightSquare);
  return norms === 0 ? 1 : Math.max(0, 1 - dot / norms);
}

/** The distance of row `a` of one matrix and row `b` of another of the same dim. */
export function distanceBy(metric: Metric, left: FeatureMatrix, a: number, right: FeatureMatrix, b: number): number {
  if (metric === "l2") return distance(left, a, right, b);
  return cosineDistance(dot(left, a, right, b), dot(left, a, left, a), dot(right, b, right, b));
}

/** Number f goes to sum f mod 8, and the eight sums are added in pairs, as `squaredDistance` has it. */
function dot(left: FeatureMatrix, a: number, right: FeatureMatrix, b: number): number {
  const { dim } = left;
  const s = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let f = 0; f < dim; f++) s[f & 7] += left.values[a * dim + f] * right.values[b * dim + f];
  return s[0] + s[1] + (s[2] + s[3]) + (s[4] + s[5] + (s[6] + s[7]));
}
