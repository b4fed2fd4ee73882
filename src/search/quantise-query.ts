import { MOST, mix, type Quantiser } from "#search/quantise.ts";

/** A query against rows of byte numbers: squared distance = square + perSquare · |row|² − perDot · (query · row), give or take the slack. */
export interface QuantisedQuery {
  readonly square: number;
  readonly perSquare: number;
  readonly perDot: number;
  /** How far its numbers may be from it, in scaled units. */
  readonly slack: number;
}

/** Sums of products must keep within int32. */
const LARGEST_SUM = 2 ** 31 - 1;

/**
 * Writes the numbers of a query's sketch: of two bytes, so that hardly more is lost than its rows lose.
 *
 * @param slack of the sketch, in scaled units; @param target at least as long as the sketch
 */
export function quantiseQuery(
  sketch: Float32Array,
  slack: number,
  { step, restCentre, numbers }: Quantiser,
  target: Int16Array,
): QuantisedQuery {
  const mixed = new Float64Array(numbers);
  mix(sketch, restCentre, mixed);
  const largest = mixed.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const most = Math.min(2 ** 15 - 1, Math.floor(LARGEST_SUM / (MOST * numbers)));
  const own = largest > 0 ? largest / most : 1;
  let [squaredError, square, sum] = [0, 0, 0];
  for (let c = 0; c < numbers; c++) {
    const number = Math.max(-most, Math.min(most, Math.round(mixed[c] / own)));
    target[c] = number;
    squaredError += (mixed[c] - own * number) ** 2;
    square += mixed[c] ** 2;
    sum += number * number;
  }
  const error = (Math.sqrt(squaredError) + Math.sqrt(square) * 2 ** -45) * (1 + 1e-9);
  return { square: own * own * sum, perSquare: step * step, perDot: 2 * own * step, slack: slack + error };
}
