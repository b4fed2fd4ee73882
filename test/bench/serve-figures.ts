/** Of some numbers; 0 where there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}

/** As the table has seconds. */
export function inMilliseconds(seconds: number): string {
  return `${rounded(seconds * 1000)} ms`;
}

/** What must be reached, and whether it was; a benchmark tells it and never fails for it. */
export function verdict(ratio: number, { must, hoped }: { must: number; hoped: number }): string {
  const reached = ratio >= hoped ? "hoped for" : ratio >= must ? "reached" : "MISSED";
  return `${rounded(ratio)}× (must ${must}×, hoped ${hoped}×: ${reached})`;
}
