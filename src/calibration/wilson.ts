/** Standard deviations to either side of a normal distribution that hold 95 % of it. */
const DEVIATIONS = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % score interval of a share, of which `right` of `count` were seen: E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", Journal of the American Statistical Association 22 (1927), 209–212. It holds for small counts too, and for shares
 * of 0 and 1.
 *
 * @returns [0, 1] where nothing was seen
 */
export function wilsonInterval(right: number, count: number): Interval {
  if (count === 0) return { low: 0, high: 1 };
  const square = DEVIATIONS ** 2;
  const share = right / count;
  const centre = share + square / (2 * count);
  const reach = DEVIATIONS * Math.sqrt((share * (1 - share)) / count + square / (4 * count * count));
  const scale = 1 + square / count;
  // where all or none are right the end is exact, and rounding must not pass it
  const low = right === 0 ? 0 : (centre - reach) / scale;
  const high = right === count ? 1 : (centre + reach) / scale;
  return { low, high };
}

/** How many must have been seen, all of them right, for the lower end of the interval to reach a share below 1. */
export function countThatProves(share: number): number {
  return Math.ceil((DEVIATIONS ** 2 * share) / (1 - share));
}
