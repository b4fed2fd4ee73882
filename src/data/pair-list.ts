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

/** Collects pairs in columns that grow by half when they are full. */
export class PairCollector {
  #left = new Uint32Array(1024);
  #right = new Uint32Array(1024);
  #distance = new Float64Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(left: number, right: number, distance: number): void {
    if (this.#count === this.#left.length) this.#grow(this.#count + 1);
    this.#left[this.#count] = left;
    this.#right[this.#count] = right;
    this.#distance[this.#count++] = distance;
  }

  addAll(pairs: PairList): void {
    if (this.#count + pairs.count > this.#left.length) this.#grow(this.#count + pairs.count);
    this.#left.set(pairs.left.subarray(0, pairs.count), this.#count);
    this.#right.set(pairs.right.subarray(0, pairs.count), this.#count);
    this.#distance.set(pairs.distance.subarray(0, pairs.count), this.#count);
    this.#count += pairs.count;
  }

  /** The pairs so far, cut to their number, in the order in which they were added. */
  toList(): PairList {
    const count = this.#count;
    return {
      left: this.#left.slice(0, count),
      right: this.#right.slice(0, count),
      distance: this.#distance.slice(0, count),
      count,
    };
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, Math.ceil(this.#left.length * 1.5));
    const left = new Uint32Array(capacity);
    const right = new Uint32Array(capacity);
    const distance = new Float64Array(capacity);
    left.set(this.#left);
    right.set(this.#right);
    distance.set(this.#distance);
    this.#left = left;
    this.#right = right;
    this.#distance = distance;
  }
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
