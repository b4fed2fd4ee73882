import { countText } from "./number-text.ts";

/** Least size of each step; sizes up to the next step belong to it. */
const STEPS = [2, 3, 4, 5, 6, 11, 21, 51, 101, 1001];

/** Groups by size, from the smallest step to the last that has any. */
export function sizeSteps(sizes: readonly number[]): { readonly name: string; readonly count: number }[] {
  const counts = STEPS.map(() => 0);
  for (const size of sizes) counts[STEPS.findLastIndex((least) => size >= least)]++;
  const last = counts.findLastIndex((count) => count > 0);
  return counts.slice(0, last + 1).map((count, i) => {
    const [least, next] = [STEPS[i], STEPS[i + 1]];
    const name =
      next === undefined
        ? `${countText(least)}+`
        : next === least + 1
          ? String(least)
          : `${least}–${countText(next - 1)}`;
    return { name, count };
  });
}
