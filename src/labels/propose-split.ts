import type { Label } from "#data/label.ts";
import { compareCosts, SplitBalance, type SplitCost } from "#labels/split-balance.ts";
import { type SplitUnit, splitUnits } from "#labels/split-units.ts";

/** Each move lowers the cost, so rounds come to an end, most often after a few; this bounds their time. */
const MOST_ROUNDS = 1000;

/**
 * Proposes splits in which every unit lies whole. A unit that lies in one split stays there; another one goes to one of the splits that it
 * lies in. Which, is told by `SplitCost`: labels keep their images in each split as far as may be, then splits their sizes, and of
 * equally good proposals few images change their split.
 *
 * Two proposals are made, and the one that costs less is taken. One puts units, largest first, where each costs least at that time (as
 * iterative stratification does: Sechidis, Tsoumakas & Vlahavas 2011); the other leaves each where most of it lies. Then units are
 * moved one by one, as long as a move makes the proposal cost less. It is a local optimum: the best of all is NP-hard to find
 * (number partitioning). Where all else is equal, a unit goes to the split whose name comes first in UTF-8 order.
 *
 * @param labels by row; rows without a split take no part
 * @param unitOf a number for the unit of each row, the same for rows that belong together
 * @returns the split of each row, empty where it has none
 */
export function proposeSplit(labels: readonly (Label | undefined)[], unitOf: Uint32Array): string[] {
  const { units, splits } = splitUnits(labels, unitOf);
  const proposed = labels.map((label) => label?.split ?? "");
  const proposals = [atLeastCost, whereMostLies].map((place) => improved(units, splits.length, place));
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

/** Places all units, then moves them until no move helps. */
function improved(units: readonly SplitUnit[], splits: number, place: Place) {
  const balance = new SplitBalance(units, splits);
  const splitOf = units.map((unit) => {
    const split = place(unit, balance);
    balance.put(unit, split);
    return split;
  });
  let isBetter = true;
  for (let round = 0; isBetter && round < MOST_ROUNDS; round++) {
    isBetter = false;
    for (const [i, unit] of units.entries()) {
      const before = splitOf[i];
      balance.put(unit, before, -1);
      const best = atLeastCost(unit, balance);
      const helps = compareCosts(balance.costOf(unit, best), balance.costOf(unit, before)) < 0;
      if (helps) splitOf[i] = best;
      balance.put(unit, splitOf[i]);
      isBetter ||= helps;
    }
  }
  const moved = units.reduce((sum, unit, i) => sum + balance.costOf(unit, splitOf[i])[2], 0);
  const cost: SplitCost = [...balance.total, moved];
  return { splitOf, cost };
}
