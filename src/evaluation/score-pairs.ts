/** A pair that was found, by object ids. */
export interface FoundPair {
  readonly a: string;
  readonly b: string;
  readonly distance: number;
}

/** How found pairs compare with known ones. */
export interface PairScore {
  readonly found: number;
  readonly known: number;
  /** Of the found ones, those that are known. */
  readonly right: number;
  /** right / found, right / known; 1 where there is nothing to be wrong about. */
  readonly precision: number;
  readonly recall: number;
  /** Mean of the precision at each known pair, in the order of distance; pairs that were not found count 0. */
  readonly averagePrecision: number;
}

/** One name for a pair, whichever image comes first. */
export function pairKey(a: string, b: string): string {
  return a < b ? `${a}\0${b}` : `${b}\0${a}`;
}

/** Scores found pairs against known ones, by `pairKey`. Equal distances count against the ranking: wrong ones come first. */
export function scorePairs(found: readonly FoundPair[], known: ReadonlySet<string>): PairScore {
  const judged = found.map(({ a, b, distance }) => ({ distance, isRight: known.has(pairKey(a, b)) }));
  judged.sort((x, y) => x.distance - y.distance || Number(x.isRight) - Number(y.isRight));
  let right = 0;
  let sum = 0;
  for (const [i, { isRight }] of judged.entries()) {
    if (!isRight) continue;
    right++;
    sum += right / (i + 1);
  }
  return {
    found: found.length,
    known: known.size,
    right,
    precision: found.length === 0 ? 1 : right / found.length,
    recall: known.size === 0 ? 1 : right / known.size,
    averagePrecision: known.size === 0 ? 1 : sum / known.size,
  };
}
