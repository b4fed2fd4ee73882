import type { ReviewedPair } from "#calibration/read-reviewed.ts";
import type { ThresholdGrid } from "#calibration/threshold-grid.ts";
import { type Interval, wilsonInterval } from "#calibration/wilson.ts";

/** What reviewed decisions show at one threshold. */
export interface ReviewedRate {
  readonly cell: number;
  /** Reviewed pairs within the threshold, and those of them that are true copies. */
  readonly reviewed: number;
  readonly right: number;
  /** right / reviewed; 0 where nothing was reviewed. */
  readonly precision: number;
  /** 95 %. */
  readonly interval: Interval;
  /** Rows that groups.csv would have; undefined where the latest run does not tell. */
  readonly rows: number | undefined;
}

/** Pairs that a run grouped by. */
export interface GroupedPairs {
  readonly pairs: readonly { readonly a: string; readonly b: string; readonly distance: number }[];
  /** The run's own threshold: beyond it nothing is known. */
  readonly threshold: number;
}

/** A rate for every threshold up to the farthest reviewed pair, or the run's own threshold where that is larger. */
export function reviewedRates(
  reviewed: readonly ReviewedPair[],
  run: GroupedPairs | undefined,
  grid: ThresholdGrid,
): ReviewedRate[] {
  const known = run ? grid.cellWithin(run.threshold) : -1;
  const lastCell = reviewed.reduce((last, { distance }) => Math.max(last, grid.cellOf(distance)), known);
  const reviewedIn = countsByCell(reviewed, lastCell, grid);
  const rightIn = countsByCell(
    reviewed.filter(({ isRight }) => isRight),
    lastCell,
    grid,
  );
  const rowsIn = countsByCell(firstPairs(run?.pairs ?? []), lastCell, grid);
  const rates: ReviewedRate[] = [];
  const sums = { reviewed: 0, right: 0, rows: 0 };
  for (let cell = 0; cell <= lastCell; cell++) {
    sums.reviewed += reviewedIn[cell];
    sums.right += rightIn[cell];
    sums.rows += rowsIn[cell];
    const interval = wilsonInterval(sums.right, sums.reviewed);
    const precision = sums.reviewed === 0 ? 0 : sums.right / sums.reviewed;
    rates.push({ ...sums, cell, precision, interval, rows: cell <= known ? sums.rows : undefined });
  }
  return rates;
}

/** The distance at which each image has its first pair: from then on it is in a group, whichever that is, and has a row. */
function firstPairs(pairs: GroupedPairs["pairs"]): { readonly distance: number }[] {
  const nearest = new Map<string, number>();
  for (const { a, b, distance } of pairs) {
    for (const image of [a, b]) nearest.set(image, Math.min(distance, nearest.get(image) ?? Number.POSITIVE_INFINITY));
  }
  return [...nearest.values()].map((distance) => ({ distance }));
}

function countsByCell(
  items: readonly { readonly distance: number }[],
  lastCell: number,
  grid: ThresholdGrid,
): Uint32Array {
  const counts = new Uint32Array(lastCell + 1);
  for (const { distance } of items) {
    const cell = grid.cellOf(distance);
    if (cell <= lastCell) counts[cell]++;
  }
  return counts;
}

/** The largest threshold whose precision is at least the wanted one: surely, by the lower end of the interval, and by its share alone. */
export function recommendedReviewed(rates: readonly ReviewedRate[], precision: number) {
  return {
    surely: rates.findLast(({ reviewed, interval }) => reviewed > 0 && interval.low >= precision),
    byShare: rates.findLast((rate) => rate.reviewed > 0 && rate.precision >= precision),
  };
}
