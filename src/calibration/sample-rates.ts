import { coupleKey, type SampleDistances } from "#calibration/sample-distances.ts";
import { pairsAmong } from "#data/pair-list.ts";

/** What a sample shows at one threshold. */
export interface SampleRate {
  readonly cell: number;
  /** Edited copies within the threshold of their own original. */
  readonly found: number;
  /** The same, by kind of edit. */
  readonly foundByKind: ReadonlyMap<string, number>;
  /** Pairs of different pictures within it. */
  readonly falsePairs: number;
  /** Couples of originals that these are of: pairs of one couple hang together. */
  readonly falseCouples: number;
}

/** What a sample shows, of how many. */
export interface SampleRates {
  /** A rate for every cell from 0 to the last that is known. */
  readonly rates: readonly SampleRate[];
  readonly originals: number;
  readonly copies: number;
  readonly copiesByKind: ReadonlyMap<string, number>;
  /** Pairs of different pictures: originals with originals, and originals with edited copies of others. */
  readonly pairs: number;
  /** Couples of originals. */
  readonly couples: number;
}

/**
 * Counts, for every threshold, the edited copies that are found and the pairs of different pictures that would be.
 *
 * @param left originals that are copies of others: they count as if they had not been drawn
 * @param lastCell at most that of the distances
 */
export function sampleRates(distances: SampleDistances, left: ReadonlySet<number>, lastCell: number): SampleRates {
  const own = distances.own.filter(({ original }) => !left.has(original));
  const near = distances.near.filter(({ first, second }) => !left.has(first) && !left.has(second));
  const ownByCell = grouped(own);
  const nearByCell = grouped(near);
  const originals = distances.originals - left.size;
  const couples = new Set<number>();
  const foundByKind = new Map([...new Set(own.map(({ kind }) => kind))].sort().map((kind) => [kind, 0]));
  const copiesByKind = new Map(foundByKind);
  for (const { kind } of own) copiesByKind.set(kind, (copiesByKind.get(kind) ?? 0) + 1);
  let [found, falsePairs] = [0, 0];
  const rates: SampleRate[] = [];
  for (let cell = 0; cell <= lastCell; cell++) {
    for (const { kind } of ownByCell.get(cell) ?? []) {
      found++;
      foundByKind.set(kind, (foundByKind.get(kind) ?? 0) + 1);
    }
    for (const pair of nearByCell.get(cell) ?? []) {
      falsePairs++;
      couples.add(coupleKey(pair, distances.originals));
    }
    rates.push({ cell, found, foundByKind: new Map(foundByKind), falsePairs, falseCouples: couples.size });
  }
  const pairs = pairsAmong(originals) + own.length * Math.max(0, originals - 1);
  return { rates, originals, copies: own.length, copiesByKind, pairs, couples: pairsAmong(originals) };
}

function grouped<Item extends { readonly cell: number }>(items: readonly Item[]): Map<number, Item[]> {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const group = groups.get(item.cell);
    if (group) group.push(item);
    else groups.set(item.cell, [item]);
  }
  return groups;
}
