import type { SampleRate, SampleRates } from "#calibration/sample-rates.ts";
import { type Interval, wilsonInterval } from "#calibration/wilson.ts";
import { pairsAmong } from "#data/pair-list.ts";

/** What a threshold is wanted for. */
export interface Question {
  /** Images that will be compared with each other. */
  readonly of: number;
  /** Share of them that are copies of another. */
  readonly copies: number;
  /** Share of the pairs within the threshold that must be true copies. */
  readonly precision: number;
}

/** What so many images would give at a threshold, by distance alone. */
export interface Expectation {
  /** Share of the true copies that are found. */
  readonly recall: number;
  /** Share of the pairs of different pictures that are within the threshold. */
  readonly falseRate: number;
  /** True where the sample has no false pair, so that the rate is a bound. */
  readonly isBound: boolean;
  readonly truePairs: number;
  readonly falsePairs: number;
  /** truePairs / (truePairs + falsePairs); 0 where no pair is expected. */
  readonly precision: number;
}

/**
 * Where none of n pairs is seen, their share is below 3/n with a certainty of 95 %: the rule of three. So many are counted at least, at
 * every threshold, so that one with fewer is never called worse than one with more.
 */
const SEEN_AT_LEAST = 3;

export function expectationAt(rate: SampleRate, { copies, pairs }: SampleRates, question: Question): Expectation {
  const recall = copies === 0 ? 0 : rate.found / copies;
  const falseRate = pairs === 0 ? 1 : Math.min(1, Math.max(SEEN_AT_LEAST, rate.falsePairs) / pairs);
  return { ...expected(recall, falseRate, question), isBound: rate.falsePairs === 0 };
}

function expected(recall: number, falseRate: number, { of, copies }: Question): Omit<Expectation, "isBound"> {
  const truePairs = recall * of * copies;
  const falsePairs = falseRate * pairsAmong(of);
  const precision = truePairs === 0 ? 0 : truePairs / (truePairs + falsePairs);
  return { recall, falseRate, truePairs, falsePairs, precision };
}

/** The largest threshold that reaches the wanted precision; undefined where none does. */
export function recommendedRate(sample: SampleRates, question: Question): SampleRate | undefined {
  return sample.rates.findLast((rate) => expectationAt(rate, sample, question).precision >= question.precision);
}

/** Fewer couples tell little about how many there are. */
const SURE_COUPLES = 10;

/** How sure a precision is. */
export interface Certainty {
  /** 95 %, from the number of couples of pictures that the false pairs are of. */
  readonly precision: Interval;
  /** Originals that a sample would need to rest on ten couples; undefined where it does. */
  readonly sample: number | undefined;
}

export function certaintyOf(rate: SampleRate, sample: SampleRates, question: Question): Certainty {
  const { falsePairs, falseCouples } = rate;
  const recall = rate.found / Math.max(1, sample.copies);
  const couples = wilsonInterval(falseCouples, sample.couples);
  // a couple brings so many pairs
  const pairsEach = falseCouples === 0 ? 1 : falsePairs / falseCouples;
  const precisionAt = (share: number) => {
    return expected(recall, Math.min(1, (share * sample.couples * pairsEach) / sample.pairs), question).precision;
  };
  const needed = sample.originals * Math.sqrt(SURE_COUPLES / Math.max(1, falseCouples));
  return {
    precision: { low: precisionAt(couples.high), high: precisionAt(couples.low) },
    sample: falseCouples < SURE_COUPLES ? roundedUp(needed) : undefined,
  };
}

/**
 * Originals that a sample needs at least so that, where it has no false pair, the wanted precision is shown; undefined where this sample has
 * enough of them, and it is the model that does not reach the precision.
 */
export function sampleThatProves(sample: SampleRates, question: Question): number | undefined {
  const without = sample.rates.findLast(({ falsePairs }) => falsePairs === 0);
  if (!without || without.found === 0) return undefined;
  const truePairs = (without.found / sample.copies) * question.of * question.copies;
  const allowed = ((1 - question.precision) / question.precision) * (truePairs / pairsAmong(question.of));
  const pairsEach = 0.5 + sample.copies / sample.originals;
  const needed = Math.sqrt(SEEN_AT_LEAST / allowed / pairsEach);
  return needed > sample.originals ? roundedUp(needed + 1) : undefined;
}

function roundedUp(originals: number): number {
  return Math.ceil(originals / 50) * 50;
}
