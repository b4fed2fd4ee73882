import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { PairList } from "#data/pair-list.ts";

/** L2 distance of two rows in float64, summed as src/data says: the oracle, written apart from the code under test. */
export function oracleDistance(a: FeatureMatrix, i: number, b: FeatureMatrix, j: number): number {
  const sums = [0, 1, 2, 3, 4, 5, 6, 7].map((start) => {
    let sum = 0;
    for (let f = start; f < a.dim; f += 8) sum += (a.values[i * a.dim + f] - b.values[j * b.dim + f]) ** 2;
    return sum;
  });
  const [p, q, r, s] = [0, 2, 4, 6].map((i) => sums[i] + sums[i + 1]);
  return Math.sqrt(p + q + (r + s));
}

/** 1 − cosine of two rows in float64, summed in the same way; 1 where one is zero. */
export function oracleCosineDistance(a: FeatureMatrix, i: number, b: FeatureMatrix, j: number): number {
  const norms = Math.sqrt(oracleDot(a, i, a, i) * oracleDot(b, j, b, j));
  return norms === 0 ? 1 : Math.max(0, 1 - oracleDot(a, i, b, j) / norms);
}

function oracleDot(a: FeatureMatrix, i: number, b: FeatureMatrix, j: number): number {
  const sums = [0, 1, 2, 3, 4, 5, 6, 7].map((start) => {
    let sum = 0;
    for (let f = start; f < a.dim; f += 8) sum += a.values[i * a.dim + f] * b.values[j * b.dim + f];
    return sum;
  });
  const [p, q, r, s] = [0, 2, 4, 6].map((k) => sums[k] + sums[k + 1]);
  return p + q + (r + s);
}

/** `left-right:distance` of every pair within the threshold, in order. */
export function oraclePairs(features: FeatureMatrix, threshold: number): string[] {
  const pairs: string[] = [];
  for (let left = 0; left < features.rowCount; left++) {
    for (let right = left + 1; right < features.rowCount; right++) {
      const distance = oracleDistance(features, left, features, right);
      if (distance <= threshold) pairs.push(`${left}-${right}:${distance}`);
    }
  }
  return pairs;
}

/** The same text for pairs that were found, ordered by left, then right. */
export function pairTexts(pairs: PairList): string[] {
  const order = Array.from({ length: pairs.count }, (_, i) => i);
  order.sort((a, b) => pairs.left[a] - pairs.left[b] || pairs.right[a] - pairs.right[b]);
  return order.map((i) => `${pairs.left[i]}-${pairs.right[i]}:${pairs.distance[i]}`);
}
