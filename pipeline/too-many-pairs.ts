import { PipelineError } from "#base/pipeline-error.ts";
import type { PairList } from "#data/pair-list.ts";

/** How near is near, and how many pairs are not too many. */
export interface PairLimit {
  /** Plain L2, inclusive. */
  readonly threshold: number;
  /** How a user sets it to a number. */
  readonly nameThreshold: (threshold: number) => string;
  readonly maxPairs: number;
}

/**
 * @param pairs all that were found, or some with the count of all
 * @param share of all pairs that were compared
 */
export function tooManyPairs({ count, distance }: PairList, share: number, limit: PairLimit): PipelineError {
  const { threshold, nameThreshold, maxPairs } = limit;
  const found = `Found ${count} pairs within ${threshold} after comparing ${Math.round(100 * share)} % of all, expected at most ${maxPairs}`;
  const raise = "raise search.maxPairs in the config file";
  const distances = distance.slice().sort();
  const fitting = distances[Math.floor(0.9 * distances.length * (maxPairs / count) * share)] ?? 0;
  const lower = `${nameThreshold(Number(fitting.toPrecision(3)))} would about fit, or ${raise}`;
  const equal = `many of them are of equal features; remove byte-equal files, or ${raise}`;
  return new PipelineError("input", `${found}: ${fitting > 0 ? lower : equal}`);
}
