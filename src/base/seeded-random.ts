/** Pseudo-random numbers that are the same for the same seed on every machine: mulberry32 by Tommy Ettinger. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return low + (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * (high - low);
  }

  /** A whole number in [low, high). */
  integer(low: number, high: number): number {
    return Math.floor(this.between(low, high));
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.integer(0, items.length)];
  }
}
