/** Pairs of an edit and a photo: its own, which is right, or another, which is wrong. */
export interface Ranked {
  /** Of the right pairs, by edit; Infinity where the pair was ruled out. */
  readonly right: Float64Array;
  /** Of wrong pairs, ascending. */
  readonly wrong: Float64Array;
}

/** Wrong pairs at most as far as each of the right ones, which are sorted: equal distances count against the ranking. */
function wrongWithin(sorted: Float64Array, wrong: Float64Array): Uint32Array {
  let count = 0;
  return Uint32Array.from(sorted, (distance) => {
    while (count < wrong.length && wrong[count] <= distance) count++;
    return count;
  });
}

export function averagePrecision({ right, wrong }: Ranked): number {
  const sorted = right.slice().sort();
  const before = wrongWithin(sorted, wrong);
  let sum = 0;
  for (let i = 0; i < sorted.length && sorted[i] < Number.POSITIVE_INFINITY; i++) sum += (i + 1) / (i + 1 + before[i]);
  return sum / sorted.length;
}

/** The largest recall at which the precision is still reached, and the distance where that is. */
export function recallAtPrecision({ right, wrong }: Ranked, precision: number): { recall: number; threshold: number } {
  const sorted = right.slice().sort();
  const before = wrongWithin(sorted, wrong);
  for (let i = sorted.length - 1; i >= 0; i--) {
    if (sorted[i] < Number.POSITIVE_INFINITY && (i + 1) / (i + 1 + before[i]) >= precision)
      return { recall: (i + 1) / sorted.length, threshold: sorted[i] };
  }
  return { recall: 0, threshold: 0 };
}

/** Recall and precision of all pairs within a threshold. */
export function atThreshold(
  { right, wrong }: Ranked,
  threshold: number,
): { recall: number; precision: number; wrong: number } {
  const found = right.filter((distance) => distance <= threshold).length;
  const [count] = wrongWithin(Float64Array.of(threshold), wrong);
  return { recall: found / right.length, precision: found / Math.max(1, found + count), wrong: count };
}
