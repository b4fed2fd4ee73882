/**
 * Pairs of rows within the threshold, as columns: pair `i` is (`left[i]`, `right[i]`, `distance[i]`). Each pair once, left <
 * right, no pair of a row with itself.
 */
export interface PairList {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  /** Plain L2 distance, float64. */
  readonly distance: Float64Array;
  readonly count: number;
}

/** Pairs that were looked at: `match[i]` is the place of pair i's match in MATCHES. */
export interface MatchedPairs extends PairList {
  readonly match: Uint8Array;
  /** Distance by the second model, where there is one. */
  readonly secondDistance?: Float64Array;
}

/** Pairs that so many rows make, each with each. */
export function pairsAmong(rows: number): number {
  return (rows * Math.max(0, rows - 1)) / 2;
}

/** The pairs whose match is at least so strong: a smaller place is a stronger match. */
export function pairsMatched(pairs: MatchedPairs, weakest: number): MatchedPairs {
  return pairsWhere(pairs, (i) => pairs.match[i] <= weakest);
}

/** The pairs whose number is wanted. */
export function pairsWhere(pairs: MatchedPairs, isWanted: (i: number) => boolean): MatchedPairs {
  const kept = Uint32Array.from(pairs.match.keys()).filter(isWanted);
  return { ...pairsAt(pairs, kept), match: Uint8Array.from(kept, (i) => pairs.match[i]) };
}

/** The pairs within a distance, inclusive. */
export function pairsWithin(pairs: PairList, threshold: number): PairList {
  const { count, distance } = pairs;
  const kept = Uint32Array.from({ length: count }, (_, i) => i).filter((i) => distance[i] <= threshold);
  return kept.length === count ? pairs : pairsAt(pairs, kept);
}

/** Pairs by their numbers, in that order. */
export function pairsAt({ left, right, distance }: PairList, numbers: Uint32Array): PairList {
  return {
    left: numbers.map((i) => left[i]),
    right: numbers.map((i) => right[i]),
    distance: Float64Array.from(numbers, (i) => distance[i]),
    count: numbers.length,
  };
}

/** Collects pairs in chunks, which are only put together in the end: what was collected is not moved when more comes. */
export class PairCollector {
  readonly #chunks: PairList[] = [];
  #latest = emptyList(FIRST_CHUNK);
  #inLatest = 0;
  #inChunks = 0;

  get count(): number {
    return this.#inChunks + this.#inLatest;
  }

  add(left: number, right: number, distance: number): void {
    if (this.#inLatest === this.#latest.left.length) this.#closeLatest();
    this.#latest.left[this.#inLatest] = left;
    this.#latest.right[this.#inLatest] = right;
    this.#latest.distance[this.#inLatest++] = distance;
  }

  /** The list is kept as it is: it must not change afterwards. */
  addAll(pairs: PairList): void {
    if (pairs.count === 0) return;
    if (this.#inLatest > 0) this.#closeLatest();
    this.#chunks.push(pairs);
    this.#inChunks += pairs.count;
  }

  /** The pairs so far, in the order in which they were added. */
  toList(): PairList {
    const list = emptyList(this.count);
    let at = 0;
    for (const { left, right, distance, count } of [...this.#chunks, { ...this.#latest, count: this.#inLatest }]) {
      list.left.set(left.subarray(0, count), at);
      list.right.set(right.subarray(0, count), at);
      list.distance.set(distance.subarray(0, count), at);
      at += count;
    }
    return list;
  }

  #closeLatest(): void {
    this.#chunks.push({ ...this.#latest, count: this.#inLatest });
    this.#inChunks += this.#inLatest;
    this.#latest = emptyList(Math.min(LARGEST_CHUNK, 2 * this.#latest.left.length));
    this.#inLatest = 0;
  }
}

const FIRST_CHUNK = 1024;
const LARGEST_CHUNK = 1 << 20;

function emptyList(count: number): PairList {
  return { left: new Uint32Array(count), right: new Uint32Array(count), distance: new Float64Array(count), count };
}

/** What became of each of the n(n − 1)/2 pairs; the four parts sum to `total`. */
export interface PairAccount {
  total: number;
  stored: number;
  skippedByBlock: number;
  prunedBySketch: number;
  /** Looked at in float64 over all dims. */
  refined: number;
  found: number;
}
