import type { SplitUnit } from "#labels/split-units.ts";

/**
 * What is lost by a proposal, the weightier first: sums of squared changes of the images of each label in each split, and of the images of
 * each split; images that change their split.
 */
export type SplitCost = readonly [labels: number, sizes: number, moved: number];

/** How many images more than before each split holds, in all and of each label, as units are taken from their splits and put into others. */
export class SplitBalance {
  readonly #splits: number;
  /** By split, in all. */
  readonly #sizes: Float64Array;
  /** By label × splits + split; what is not there is 0. */
  readonly #labels = new Map<number, number>();

  /** Takes all units from the splits that they lie in. */
  constructor(units: readonly SplitUnit[], splits: number) {
    this.#splits = splits;
    this.#sizes = new Float64Array(splits);
    for (const { parts } of units) for (const [split, label, images] of parts) this.#add(split, label, -images);
  }

  /** Puts a unit into a split, or takes it out again where `times` is −1. */
  put({ labels }: SplitUnit, split: number, times: 1 | -1 = 1): void {
    for (const [label, images] of labels) this.#add(split, label, times * images);
  }

  /** What putting a unit that lies nowhere into a split would cost. */
  costOf({ rows, labels, images }: SplitUnit, split: number): SplitCost {
    const ofLabels = labels.map(([label, count]) => count * (2 * this.#at(split, label) + count));
    const sizes = rows.length * (2 * this.#sizes[split] + rows.length);
    const staying = images.find(([from]) => from === split)?.[1] ?? 0;
    return [ofLabels.reduce((sum, cost) => sum + cost, 0), sizes, rows.length - staying];
  }

  /** The squared changes in all. */
  get total(): readonly [labels: number, sizes: number] {
    const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value ** 2, 0);
    return [sum(this.#labels.values()), sum(this.#sizes)];
  }

  #at(split: number, label: number): number {
    return this.#labels.get(label * this.#splits + split) ?? 0;
  }

  #add(split: number, label: number, images: number): void {
    this.#sizes[split] += images;
    this.#labels.set(label * this.#splits + split, this.#at(split, label) + images);
  }
}

/** Negative where the first costs less. */
export function compareCosts(a: SplitCost, b: SplitCost): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

export function addCosts(a: SplitCost, b: SplitCost): SplitCost {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}
