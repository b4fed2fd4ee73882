import type { Label } from "#data/label.ts";
import { addCosts, compareCosts, SplitBalance, type SplitCost } from "#labels/split-balance.ts";
import { type SplitUnit, splitUnits } from "#labels/split-units.ts";

/** Each move lowers the cost, so rounds come to an end, most often after a few; this bounds their time. */
const MOST_ROUNDS = 1000;

/** Up to so many units two are moved at once too. */
const MOST_FOR_TWO = 300;

/**
 * Proposes splits in which every unit lies whole. A unit that lies in one split stays there; another one goes to one of the splits that it
 * lies in. Which, is told by `SplitCost`: labels keep their images in each split as far as may be, then splits their sizes, and of
 * equally good proposals few images change their split.
 *
 * Two proposals are made, and the one that costs less is taken. One puts units, largest first, where each costs least at that time (as
 * iterative stratification does: Sechidis, Tsoumakas & Vlahavas 2011); the other leaves each where most of it lies. Then units are
 * moved one by one, of few units also two at once, as long as a move makes the proposal cost less. It is a local optimum: the best of
 * all is NP-hard to find (number partitioning). Where all else is equal, a unit goes to the split whose name comes first in UTF-8 order.
 *
 * @param labels by row; rows without a split take no part
 * @param unitOf a number for the unit of each row, the same for rows that belong together
 * @returns the split of each row, empty where it has none
 */
export function proposeSplit(labels: readonly (Label | undefined)[], unitOf: Uint32Array): string[] {
  const { units, splits } = splitUnits(labels, unitOf);
  const proposed = labels.map((label) => label?.split ?? "");
  const proposals = [atLeastCost, whereMostLies].map((place) => new Proposal(units, splits.length, place).improve());
  const [first, second] = proposals;
  const better = compareCosts(second.cost, first.cost) < 0 ? second : first;
  for (const [i, { rows }] of units.entries()) for (const row of rows) proposed[row] = splits[better.splitOf[i]];
  return proposed;
}

type Place = (unit: SplitUnit, balance: SplitBalance) => number;

function atLeastCost(unit: SplitUnit, balance: SplitBalance): number {
  const costs = unit.images.map(([split]) => balance.costOf(unit, split));
  const best = costs.reduce((least, cost, i) => (compareCosts(cost, costs[least]) < 0 ? i : least), 0);
  return unit.images[best][0];
}

function whereMostLies({ images }: SplitUnit): number {
  return images.reduce((most, part) => (part[1] > most[1] ? part : most))[0];
}

/** A proposal that is made better move by move. */
class Proposal {
  readonly #units: readonly SplitUnit[];
  readonly #balance: SplitBalance;
  readonly splitOf: number[];

  constructor(units: readonly SplitUnit[], splits: number, place: Place) {
    this.#units = units;
    this.#balance = new SplitBalance(units, splits);
    this.splitOf = units.map((unit) => {
      const split = place(unit, this.#balance);
      this.#balance.put(unit, split);
      return split;
    });
  }

  get cost(): SplitCost {
    const moved = this.#units.reduce((sum, unit, i) => sum + this.#balance.costOf(unit, this.splitOf[i])[2], 0);
    return [...this.#balance.total, moved];
  }

  /** Moves units one by one, or two at once where there are few, until no move makes it cost less. */
  improve(): this {
    const triesTwo = this.#units.length <= MOST_FOR_TWO;
    let isBetter = true;
    for (let round = 0; isBetter && round < MOST_ROUNDS; round++) {
      isBetter = false;
      for (const i of this.#units.keys()) if (this.#moveOne(i)) isBetter = true;
      if (!isBetter && triesTwo) isBetter = this.#moveTwo();
    }
    return this;
  }

  #moveOne(i: number): boolean {
    const unit = this.#units[i];
    const before = this.splitOf[i];
    this.#balance.put(unit, before, -1);
    const best = atLeastCost(unit, this.#balance);
    const helps = compareCosts(this.#balance.costOf(unit, best), this.#balance.costOf(unit, before)) < 0;
    if (helps) this.splitOf[i] = best;
    this.#balance.put(unit, this.splitOf[i]);
    return helps;
  }

  /** Moves one unit anywhere and another to where it then costs least, for each two of them. */
  #moveTwo(): boolean {
    let isBetter = false;
    for (const i of this.#units.keys()) {
      for (let j = 0; j < i; j++) if (this.#exchange(i, j)) isBetter = true;
    }
    return isBetter;
  }

  #exchange(i: number, j: number): boolean {
    const [one, other] = [this.#units[i], this.#units[j]];
    const balance = this.#balance;
    balance.put(one, this.splitOf[i], -1);
    balance.put(other, this.splitOf[j], -1);
    const costAt = (split: number, second: number) => {
      const first = balance.costOf(one, split);
      balance.put(one, split);
      const cost = addCosts(first, balance.costOf(other, second));
      balance.put(one, split, -1);
      return cost;
    };
    let best = costAt(this.splitOf[i], this.splitOf[j]);
    let helps = false;
    for (const [split] of one.images) {
      for (const [second] of other.images) {
        const cost = costAt(split, second);
        if (compareCosts(cost, best) >= 0) continue;
        best = cost;
        helps = true;
        this.splitOf[i] = split;
        this.splitOf[j] = second;
      }
    }
    balance.put(one, this.splitOf[i]);
    balance.put(other, this.splitOf[j]);
    return helps;
  }
}
