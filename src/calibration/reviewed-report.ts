import { jsonRecords } from "#base/json-records.ts";
import { plotSvg } from "#calibration/plot.ts";
import { type ReviewedRate, recommendedReviewed } from "#calibration/reviewed-rates.ts";
import { sixDigits } from "#calibration/six-digits.ts";
import type { ThresholdGrid } from "#calibration/threshold-grid.ts";
import { countThatProves } from "#calibration/wilson.ts";
import type { Table } from "#data/table.ts";
import { alignedTable, wrapped } from "#terminal/aligned-table.ts";
import { formatCount } from "#terminal/format.ts";

/** All that reviewed decisions tell. */
export interface ReviewedCalibration {
  readonly rates: readonly ReviewedRate[];
  /** Wanted precision. */
  readonly precision: number;
  /** Threshold of the latest run; undefined where there is none. */
  readonly runThreshold: number | undefined;
  readonly grid: ThresholdGrid;
}

const WIDTH = 100;
const MOST_ROWS = 16;

function recordOf({ cell, reviewed, right, precision, interval, rows }: ReviewedRate, grid: ThresholdGrid) {
  return {
    threshold: grid.at(cell),
    reviewed,
    right,
    precision: reviewed === 0 ? null : sixDigits(precision),
    precision_low: sixDigits(interval.low),
    precision_high: sixDigits(interval.high),
    rows_to_review: rows ?? null,
  };
}

/** reviewed.csv: a row a threshold. */
export function reviewedTable({ rates, grid }: ReviewedCalibration): Table {
  const records = rates.map((rate) => recordOf(rate, grid));
  return {
    columns: Object.keys(records[0]),
    rows: records.map((record) => Object.values(record).map((cell) => cell ?? undefined)),
  };
}

/** reviewed.json: the same and what is recommended, a threshold a line. */
export function reviewedJson(calibration: ReviewedCalibration): Iterable<string> {
  const { rates, precision, runThreshold, grid } = calibration;
  const { surely, byShare } = recommendedReviewed(rates, precision);
  const head = {
    schema: "twinsift/calibration-reviewed@1",
    wanted: { precision },
    recommended: surely ? recordOf(surely, grid) : null,
    recommended_by_share: byShare ? recordOf(byShare, grid) : null,
    reviews_that_prove: countThatProves(precision),
    run_threshold: runThreshold ?? null,
  };
  const records = rates.map((rate) => recordOf(rate, grid));
  return jsonRecords(head, "thresholds", records);
}

/** reviewed.svg */
export function reviewedPlot({ rates, precision, grid }: ReviewedCalibration): string {
  const { surely, byShare } = recommendedReviewed(rates, precision);
  const known = rates.filter(({ reviewed }) => reviewed > 0);
  const last = known[known.length - 1];
  const points = known.map((rate): [number, number] => [grid.at(rate.cell), rate.precision]);
  const band = known.map(({ cell, interval }): [number, number, number] => [
    grid.at(cell),
    interval.low,
    interval.high,
  ]);
  const mark = (rate: ReviewedRate, name: string) => ({
    at: grid.at(rate.cell),
    name: `${name}: ${grid.format(grid.at(rate.cell))}`,
  });
  return plotSvg({
    title: "Which threshold? From reviewed pairs",
    subtitle: `${formatCount(last.reviewed)} reviewed pairs, ${formatCount(last.right)} of them true copies; precision with its 95 % interval (Wilson)`,
    xName: "threshold (L2 distance)",
    range: [0, grid.at(Math.max(1, last.cell))],
    curves: [
      {
        name: "true copies within",
        colour: "#1c6fb8",
        points: known.map(({ cell, right }) => [grid.at(cell), last.right === 0 ? 0 : right / last.right]),
      },
      { name: "precision", colour: "#c2501e", points, band },
    ],
    marks: [
      ...(surely ? [mark(surely, "recommended")] : []),
      ...(byShare && byShare !== surely ? [mark(byShare, "by share")] : []),
    ],
  });
}

/** What a person reads. */
export function describeReviewed(calibration: ReviewedCalibration): string {
  const { rates, runThreshold } = calibration;
  const { reviewed, right } = rates[rates.length - 1];
  const beyond =
    runThreshold === undefined
      ? "How many rows a threshold sends to review is not known: there is no latest run in this output folder."
      : `Rows to review: members of the groups that the pairs of the latest run within the threshold make; beyond its own threshold of ${runThreshold} they are not known.`;
  const paragraphs = [
    `${formatCount(reviewed)} reviewed pairs: ${formatCount(right)} true copies (drop), ${formatCount(reviewed - right)} false ones (not-duplicate). Precision is that of the pairs that were reviewed, with its 95 % interval (Wilson 1927).`,
    textTable(calibration),
    describeRecommendation(calibration),
    beyond,
  ];
  return paragraphs.map((paragraph) => (paragraph.includes("\n") ? paragraph : wrapped(paragraph, WIDTH))).join("\n");
}

function textTable({ rates, precision, grid }: ReviewedCalibration): string {
  const { surely, byShare } = recommendedReviewed(rates, precision);
  const first = rates.findIndex(({ reviewed }) => reviewed > 0);
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => (rates.length - first) / each < MOST_ROWS) ?? 1000;
  const shown = rates.filter(
    (rate, cell) =>
      rate === surely || rate === byShare || (cell >= first && (cell % step === 0 || cell === rates.length - 1)),
  );
  const rows = shown.map((rate) => [
    grid.format(grid.at(rate.cell)),
    rate === surely ? "recommended" : rate === byShare ? "by its share" : "",
    formatCount(rate.reviewed),
    formatCount(rate.right),
    rate.reviewed === 0 ? "" : rate.precision.toFixed(3),
    `${rate.interval.low.toFixed(3)} to ${rate.interval.high.toFixed(3)}`,
    rate.rows === undefined ? "not known" : formatCount(rate.rows),
  ]);
  return alignedTable([["threshold", "", "reviewed", "right", "precision", "95 %", "rows to review"], ...rows], 2);
}

function describeRecommendation({ rates, precision, grid }: ReviewedCalibration): string {
  const { surely, byShare } = recommendedReviewed(rates, precision);
  const thresholdOf = ({ cell }: ReviewedRate) => grid.format(grid.at(cell));
  const share = byShare
    ? `by their share alone, ${byShare.right} of ${byShare.reviewed}, it would be ${thresholdOf(byShare)}`
    : "by their share alone no threshold reaches it either";
  if (surely) {
    const proven = `the largest at which even the lower end of the interval is ${precision} or more`;
    return `Recommended: --threshold ${thresholdOf(surely)}, ${proven}; ${share}.`;
  }
  const { reviewed, right } = rates[rates.length - 1];
  const needed = countThatProves(precision);
  const why =
    reviewed < needed
      ? `${formatCount(reviewed)} reviews cannot prove it, even if all were right: at least ${formatCount(needed)} are needed`
      : `of ${formatCount(reviewed)} reviews ${formatCount(reviewed - right)} were false ones, and too few nearer ones are left`;
  return `No threshold is sure to have a precision of ${precision}: ${why}; ${share}.`;
}
