import { certaintyOf, expectationAt, recommendedRate, sampleThatProves } from "#calibration/recommendation.ts";
import type { SampleRate } from "#calibration/sample-rates.ts";
import { foundByKind, type SampleCalibration, shownCells, thresholdRecord } from "#calibration/sample-report.ts";
import { alignedTable, wrapped } from "#terminal/aligned-table.ts";
import { formatCount, formatDuration, formatNumberOf } from "#terminal/format.ts";

const WIDTH = 100;
const MOST_ROWS = 16;
/** Seconds of one processor that looking at a pair takes: unlike pictures, and near ones. */
const SECONDS_A_LOOK = [0.001, 0.005] as const;

/**
 * What a person reads: a table of thresholds and what it says.
 *
 * @param processors that look at pairs
 */
export function describeCalibration(calibration: SampleCalibration, processors: number): string {
  const paragraphs = [
    describeSample(calibration),
    describeAssumption(calibration),
    table(calibration),
    ...describeRecommendation(calibration),
    describeLooking(calibration, processors),
  ];
  return paragraphs.map((paragraph) => (paragraph.includes("\n") ? paragraph : wrapped(paragraph, WIDTH))).join("\n");
}

function describeSample({ model, views, sample, files }: SampleCalibration): string {
  const seen = views.length > 0 ? `with the views ${views.join(", ")}` : "one view";
  const passedOver = [
    files.unreadable > 0 ? `${formatNumberOf(files.unreadable, "unreadable file")}` : "",
    files.sameBytes > 0 ? `${files.sameBytes} with the bytes of another` : "",
    files.plain > 0 ? `${files.plain} that showed nothing (one colour)` : "",
    files.copies > 0 ? `${files.copies} that showed a copy of another` : "",
  ].filter((part) => part !== "");
  const without = passedOver.length > 0 ? ` Passed over: ${passedOver.join(", ")}.` : "";
  return `${model.name}, ${seen}, on ${formatNumberOf(sample.originals, "image")} drawn from about ${formatCount(files.images)} and ${formatCount(sample.copies)} edited copies of them: ${formatCount(sample.pairs)} pairs of different pictures.${without}`;
}

function describeAssumption({ question: { of, copies } }: SampleCalibration): string {
  return `Precision: of the pairs of ${formatCount(of)} images within the threshold (--of), the share that are true copies, by distance alone; assumes that ${percent(copies)} of the images are copies of another (--copies ${copies}).`;
}

function table(calibration: SampleCalibration): string {
  const { sample, question, grid, presetThreshold } = calibration;
  const recommended = recommendedRate(sample, question);
  const preset = grid.cellWithin(presetThreshold);
  const cells = new Set(tableCells(calibration));
  if (recommended) cells.add(recommended.cell);
  if (preset < sample.rates.length) cells.add(preset);
  const rows = [...cells]
    .sort((a, b) => a - b)
    .map((cell) => {
      const rate = sample.rates[cell];
      const { recall, isBound, precision } = expectationAt(rate, sample, question);
      const { false_pairs_per_1000_images: falsePairs, pairs_to_look_at: looks } = thresholdRecord(rate, calibration);
      const weakest = foundByKind(rate, sample).slice(0, 2);
      return [
        grid.format(grid.at(cell)),
        cell === recommended?.cell ? "recommended" : cell === preset ? "preset" : "",
        weakest.map(([kind, share]) => `${kind} ${percent(share)}`).join(", "),
        percent(recall, 1),
        `${isBound ? "< " : ""}${briefly(falsePairs)}`,
        `${isBound ? "> " : ""}${precision.toFixed(3)}`,
        formatCount(looks),
      ];
    });
  const names = [
    ["thres-", "", "", "copies", "false pairs", "", "pairs"],
    ["hold", "", "fewest found of", "found", "per 1,000", "precision", "to look at"],
  ];
  return alignedTable([...names, ...rows], 3);
}

/** Round thresholds, so few that they can be taken in. */
function tableCells(calibration: SampleCalibration): number[] {
  const { first, last } = shownCells(calibration);
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((each) => (last - first) / each < MOST_ROWS) ?? 1000;
  const cells: number[] = [];
  for (let cell = Math.ceil(first / step) * step; cell <= last; cell += step) cells.push(cell);
  return cells;
}

function describeRecommendation(calibration: SampleCalibration): string[] {
  const { sample, question, grid } = calibration;
  const recommended = recommendedRate(sample, question);
  if (!recommended) return [describeNone(calibration)];
  const threshold = grid.format(grid.at(recommended.cell));
  const { recall } = expectationAt(recommended, sample, question);
  const found = `it finds ${percent(recall, 1)} of the copies`;
  const isLast = recommended.cell === sample.rates.length - 1;
  const beyond = isLast ? " Larger ones were not measured." : "";
  const wanted = `Recommended: --threshold ${threshold}, the largest of a precision of ${question.precision} or more; ${found}.${beyond}`;
  return [wanted, describeCertainty(recommended, calibration)];
}

function describeCertainty(rate: SampleRate, { sample, question, files }: SampleCalibration): string {
  const { precision, sample: needed } = certaintyOf(rate, sample, question);
  const rests =
    rate.falsePairs === 0
      ? "no false pair was seen, so that fewer than three are assumed (the rule of three)"
      : `it rests on ${formatNumberOf(rate.falsePairs, "false pair")} of ${formatNumberOf(rate.falseCouples, "couple")} of pictures`;
  const between = `its precision lies between ${floored(precision.low)} and ${floored(precision.high)} with a certainty of 95 %`;
  const more = needed !== undefined && needed <= files.images ? `; --sample ${needed} would tell better` : "";
  return `How sure that is: ${rests}; ${between}${more}.`;
}

function describeNone(calibration: SampleCalibration): string {
  const { sample, question, files, grid } = calibration;
  const needed = sampleThatProves(sample, question);
  const without = sample.rates.findLast(({ falsePairs }) => falsePairs === 0);
  const wanted = `No threshold can be recommended for a precision of ${question.precision} among ${formatCount(question.of)} images`;
  if (needed === undefined || !without) return `${wanted}: by distance alone this model does not reach it.`;
  const seen = `up to ${grid.format(grid.at(without.cell))} this sample has no false pair, but that is too few pairs to tell`;
  const advice =
    needed <= files.images
      ? `--sample ${needed} would`
      : `a sample of ${formatCount(needed)} images would, and there are fewer`;
  return `${wanted}: ${seen}; ${advice}.`;
}

/** The pipeline does not end with the distance. */
function describeLooking(calibration: SampleCalibration, processors: number): string {
  const { sample, question, grid, presetThreshold } = calibration;
  const recommended = recommendedRate(sample, question);
  const cells = [recommended?.cell, grid.cellWithin(presetThreshold)].filter((cell) => cell !== undefined);
  const costs = [...new Set(cells)]
    .filter((cell) => cell < sample.rates.length)
    .map((cell) => {
      const { pairs_to_look_at: looks, is_bound: isBound } = thresholdRecord(sample.rates[cell], calibration);
      const [least, most] = SECONDS_A_LOOK.map((seconds) => formatDuration((seconds * looks) / processors));
      return `at ${grid.format(grid.at(cell))}, ${isBound ? "fewer than " : ""}${formatNumberOf(looks, "pair")} in ${least} to ${most}`;
    });
  const told = `The pipeline looks at every pair within the threshold, and calls copies only what agrees when the pictures are laid over each other: a larger threshold finds more and takes longer, which is what bounds it for large sets.`;
  return `${told} Of ${formatCount(question.of)} images, on ${formatNumberOf(processors, "processor")}: ${costs.join("; ")}.`;
}

function percent(share: number, decimals = 0): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

function briefly(number: number): string {
  return number >= 10 ? formatCount(Math.round(number)) : number.toPrecision(2);
}

/** Never up to 1, which would promise too much. */
function floored(share: number): string {
  return (Math.floor(10_000 * share) / 10_000).toString();
}
