import { jsonRecords } from "#base/json-records.ts";
import { plotSvg } from "#calibration/plot.ts";
import {
  certaintyOf,
  type Expectation,
  expectationAt,
  type Question,
  recommendedRate,
  sampleThatProves,
} from "#calibration/recommendation.ts";
import type { SampleRate, SampleRates } from "#calibration/sample-rates.ts";
import { sixDigits } from "#calibration/six-digits.ts";
import type { ThresholdGrid } from "#calibration/threshold-grid.ts";
import { pairsAmong } from "#data/pair-list.ts";
import type { Table } from "#data/table.ts";
import type { View } from "#data/view.ts";

/** All that a calibration on a sample found out. */
export interface SampleCalibration {
  readonly model: { readonly name: string; readonly sha256: string };
  readonly views: readonly View[];
  /** What the preset says. */
  readonly presetThreshold: number;
  readonly seed: number;
  readonly files: {
    /** About how many images the folders hold. */
    readonly images: number;
    /** Of the files that were drawn: those that could not be read, had the bytes of another, showed nothing, or a copy of another. */
    readonly unreadable: number;
    readonly sameBytes: number;
    readonly plain: number;
    readonly copies: number;
  };
  readonly question: Question;
  readonly sample: SampleRates;
  readonly grid: ThresholdGrid;
}

/** Images that a rate of false pairs is told for. */
const THOUSAND = 1000;

/** A threshold as reports tell it. */
export function thresholdRecord(rate: SampleRate, { sample, question, grid }: SampleCalibration) {
  const { recall, falseRate, isBound, truePairs, falsePairs, precision } = expectationAt(rate, sample, question);
  return {
    threshold: grid.at(rate.cell),
    copies_found: sixDigits(recall),
    false_pairs_per_1000_images: sixDigits(falseRate * pairsAmong(THOUSAND)),
    is_bound: isBound,
    precision: sixDigits(precision),
    true_pairs: sixDigits(truePairs),
    false_pairs: sixDigits(falsePairs),
    pairs_to_look_at: Math.round(truePairs + falsePairs),
    sample_false_pairs: rate.falsePairs,
    sample_false_couples: rate.falseCouples,
  };
}

/** Kinds of edit and the share of their copies that a threshold finds, fewest first. */
export function foundByKind({ foundByKind: found }: SampleRate, { copiesByKind }: SampleRates): [string, number][] {
  const shares = [...copiesByKind].map(([kind, count]): [string, number] => [kind, (found.get(kind) ?? 0) / count]);
  return shares.sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
}

/** calibration.csv: a row a threshold; the share found of each kind of edit comes last. */
export function calibrationTable(calibration: SampleCalibration): Table {
  const { rates } = calibration.sample;
  const kinds = [...calibration.sample.copiesByKind.keys()];
  const names = Object.keys(thresholdRecord(rates[0], calibration));
  const columns = [...names, ...kinds.map((kind) => `found_${kind}`)];
  return { columns, rows: rowsOf(calibration, kinds) };
}

function* rowsOf(calibration: SampleCalibration, kinds: readonly string[]) {
  for (const rate of calibration.sample.rates) {
    const shares = new Map(foundByKind(rate, calibration.sample));
    const record = Object.values(thresholdRecord(rate, calibration));
    const cells = record.map((value) => (typeof value === "boolean" ? Number(value) : value));
    yield [...cells, ...kinds.map((kind) => sixDigits(shares.get(kind) ?? 0))];
  }
}

/** calibration.json: the same, with all that it rests on; a threshold a line. */
export function calibrationJson(calibration: SampleCalibration): Iterable<string> {
  const { model, views, seed, files, question, sample, presetThreshold } = calibration;
  const recommended = recommendedRate(sample, question);
  const head = {
    schema: "twinsift/calibration@1",
    model,
    views,
    seed,
    images: files.images,
    sample: {
      originals: sample.originals,
      edited_copies: sample.copies,
      pairs_of_different_pictures: sample.pairs,
      unreadable: files.unreadable,
      same_bytes: files.sameBytes,
      plain: files.plain,
      copies: files.copies,
    },
    wanted: { precision: question.precision, of: question.of, copies: question.copies },
    recommended: recommended ? recommendedRecord(recommended, calibration) : null,
    sample_that_proves: recommended ? null : (sampleThatProves(sample, question) ?? null),
    preset_threshold: presetThreshold,
  };
  const records = sample.rates.map((rate) => thresholdRecord(rate, calibration));
  return jsonRecords(head, "thresholds", records);
}

function recommendedRecord(rate: SampleRate, calibration: SampleCalibration) {
  const { precision, sample } = certaintyOf(rate, calibration.sample, calibration.question);
  const found = foundByKind(rate, calibration.sample).map(([kind, share]) => [kind, sixDigits(share)]);
  return {
    ...thresholdRecord(rate, calibration),
    precision_low: sixDigits(precision.low),
    precision_high: sixDigits(precision.high),
    sample_for_more: sample ?? null,
    found_by_kind: Object.fromEntries(found),
  };
}

/** Precision below which a threshold is of no use to anybody: what is shown ends there. */
const USELESS_PRECISION = 0.2;
/** Share of the copies below which a threshold is of no use either. */
const LEAST_RECALL = 0.05;

const PRECISION_COLOUR = "#c2501e";

/** The cells worth showing: from where copies are found to where most pairs are false, the recommended and the preset's among them. */
export function shownCells({ sample, question, grid, presetThreshold }: SampleCalibration): {
  first: number;
  last: number;
} {
  const { rates, copies } = sample;
  const begins = rates.findIndex(({ found }) => found >= LEAST_RECALL * copies);
  const useful = rates.findLastIndex((rate) => expectationAt(rate, sample, question).precision >= USELESS_PRECISION);
  const wanted = Math.min(grid.cellOf(presetThreshold), rates.length - 1);
  const last = Math.max(useful, wanted, begins + 1);
  return { first: Math.max(0, begins), last: Math.min(last, rates.length - 1) };
}

/** calibration.svg */
export function calibrationPlot(calibration: SampleCalibration): string {
  const { sample, question, grid, model, views, presetThreshold } = calibration;
  const recommended = recommendedRate(sample, question);
  const { last } = shownCells(calibration);
  const shown = sample.rates.slice(0, last + 1).map((rate) => {
    return { threshold: grid.at(rate.cell), ...expectationAt(rate, sample, question) };
  });
  // where hardly a copy is found the share says nothing
  const precisionOf = (isWanted: (expectation: Expectation) => boolean) => {
    const wanted = shown.filter((each) => each.recall >= LEAST_RECALL && isWanted(each));
    return wanted.map(({ threshold, precision }): [number, number] => [threshold, precision]);
  };
  const marks = recommended
    ? [{ at: grid.at(recommended.cell), name: `recommended: ${grid.format(grid.at(recommended.cell))}` }]
    : [];
  if (presetThreshold <= grid.at(last)) marks.push({ at: presetThreshold, name: `preset: ${presetThreshold}` });
  const count = (number: number) => number.toLocaleString("en");
  return plotSvg({
    title: `Which threshold? ${model.name}, ${views.length > 0 ? `also ${views.join(", ")}` : "one view"}`,
    subtitle: `${count(sample.originals)} images and ${count(sample.copies)} edited copies; precision by distance alone for ${count(question.of)} images, ${question.copies} of them copies`,
    xName: "threshold (L2 distance)",
    range: [0, grid.at(Math.max(1, last))],
    curves: [
      { name: "copies found", colour: "#1c6fb8", points: shown.map(({ threshold, recall }) => [threshold, recall]) },
      { name: "precision", colour: PRECISION_COLOUR, points: precisionOf(({ isBound }) => !isBound) },
      {
        name: "at least, where no false pair was seen",
        colour: PRECISION_COLOUR,
        points: precisionOf(({ isBound }) => isBound),
        isDashed: true,
      },
    ],
    marks,
  });
}
