import { MATCHES, type Match } from "#data/match.ts";
import type { MatchedPairs } from "#data/pair-list.ts";
import type { DistanceHistogram } from "#page/page-content.ts";

/** Steps from 0 to the threshold. */
const STEPS = 40;

/**
 * Counts pairs by distance and match, in 40 steps up to the threshold and as many of that width beyond it as there are pairs (those that
 * only a second model found near).
 *
 * @param threshold plain L2; 0 makes steps of 1
 */
export function distanceHistogram(
  { distance, match, count }: Pick<MatchedPairs, "distance" | "match" | "count">,
  threshold: number,
): DistanceHistogram {
  const width = threshold > 0 ? threshold / STEPS : 1;
  const counts = MATCHES.map(() => new Array<number>(STEPS).fill(0));
  for (let i = 0; i < count; i++) {
    // the threshold is inclusive, so a pair that lies on it belongs before it
    const step = distance[i] === threshold ? STEPS - 1 : Math.floor(distance[i] / width);
    const steps = counts[match[i]];
    while (steps.length <= step) steps.push(0);
    steps[step]++;
  }
  return { width, counts: Object.fromEntries(MATCHES.map((name, i) => [name, counts[i]])) as Record<Match, number[]> };
}
