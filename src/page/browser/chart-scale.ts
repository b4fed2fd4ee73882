/** Maps values to places along an axis. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/**
 * A scale from 0, with ticks at round numbers.
 *
 * @param most largest value to be shown
 * @param from place of 0
 * @param to place of `most`, or of the last tick where that is beyond it
 */
export function linearScale(
  most: number,
  from: number,
  to: number,
  options: { ticks: number; isWhole?: boolean },
): Scale {
  const step = roundStep(most / options.ticks, options.isWhole ?? false);
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  // by a product, as sums of 0.1 drift
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
  const end = ticks[count];
  return { at: (value) => from + ((to - from) * value) / end, ticks };
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function roundStep(least: number, isWhole: boolean): number {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= least * 0.999) ?? power * 10;
  return isWhole ? Math.max(1, step) : step;
}

/** Items so many that a line of a few hundred points shows them: the first and the last always among them. */
export function thinned<Item>(items: readonly Item[], most: number): Item[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]);
}
