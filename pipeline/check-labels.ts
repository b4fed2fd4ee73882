import type { ShardStore } from "#artifacts/shard-store.ts";
import { chunksOf } from "#base/chunks-of.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { Progress } from "#base/progress.ts";
import { Apart } from "#clusters/apart.ts";
import { UnionFind } from "#clusters/union-find.ts";
import type { Group } from "#data/group.ts";
import type { LabelChecks } from "#data/label-checks.ts";
import { MATCHES, type Match } from "#data/match.ts";
import { type MatchedPairs, pairsAt } from "#data/pair-list.ts";
import type { RowOrder } from "#data/row-order.ts";
import { findConflicts } from "#labels/find-conflicts.ts";
import { GroupLabels } from "#labels/group-labels.ts";
import { NearestConcerned } from "#labels/nearest-concerned.ts";
import { proposeSplit } from "#labels/propose-split.ts";
import { suggestLabels } from "#labels/suggest-labels.ts";
import type { Catalog } from "#reports/catalog.ts";
import type { Searcher } from "#search/searcher.ts";
import type { PictureMatcher } from "./4-match.ts";

export interface CheckOptions {
  readonly catalog: Catalog;
  /** Images that a person said are no duplicates of each other, as ranks. */
  readonly apart: readonly (readonly [number, number])[];
  /** The weakest match that makes two images duplicates. */
  readonly weakest: Match;
  readonly pictures: PictureMatcher;
  readonly searcher: Searcher;
  readonly store: ShardStore;
  readonly order: RowOrder;
  readonly progress: Progress;
}

/** Images whose vectors are held at once, of those that are searched and of those that they are searched among. */
const IMAGES_AT_ONCE = 8192;
const PAIRS_AT_ONCE = 64;

/** Holds labels and splits against groups and pairs. Rows are ranks. */
export async function checkLabels(
  pairs: MatchedPairs,
  groups: readonly Group[],
  options: CheckOptions,
): Promise<LabelChecks> {
  const { catalog, progress } = options;
  const rows = groups.map(({ members }) => members.map(({ row }) => row));
  const labels = new GroupLabels(rows, catalog.labels);
  if (labels.names.length > 0) progress.update("label", "pairs", 0);
  const nearest = new NearestConcerned(labels, pairs);
  await searchMissing(nearest, options);
  await matchNearest(nearest, options);
  const ids = groups.map(({ id }) => id);
  const suggestions = suggestLabels(labels, nearest, ids);
  const checks = { suggestions, conflicts: findConflicts(labels, nearest), ...checkSplits(pairs, options) };
  progress.finish("label");
  return checks;
}

/** Finds the nearest of rows that are a pair with none that concerns them, from their vectors. */
async function searchMissing(nearest: NearestConcerned, { searcher, store, order }: CheckOptions): Promise<void> {
  const read = (some: readonly number[]) => store.readVectors(Uint32Array.from(some, (rank) => order.rowOfRank[rank]));
  for (const { queries, base } of nearest.missing()) {
    for (const others of chunksOf(base, IMAGES_AT_ONCE)) {
      const among = await read(others);
      for (const some of chunksOf(queries, IMAGES_AT_ONCE)) {
        const found = await searcher.nearestImages(await read(some), among);
        for (const [i, row] of some.entries()) nearest.offer(row, others[found.row[i]], found.distance[i]);
      }
    }
  }
}

type Rows = readonly [number, number];

/** Looks at the pictures of those that are no pair; each two as if they were one, the smaller rank first. */
async function matchNearest(nearest: NearestConcerned, { pictures, progress }: CheckOptions): Promise<void> {
  const rows = nearest.unmatched();
  const pairs = rows.map(([row, other]): Rows => [Math.min(row, other), Math.max(row, other)]);
  let done = 0;
  if (pairs.length > 0) progress.update("label", "pairs", done, pairs.length);
  const look = (some: readonly Rows[]) => pictures.matchAll(some);
  for await (const found of orderedMap(chunksOf(pairs, PAIRS_AT_ONCE), pictures.concurrency, look)) {
    for (const match of found) nearest.setMatch(rows[done++][0], match);
    progress.update("label", "pairs", done);
    await pictures.save();
  }
}

/**
 * Finds the duplicates that lie in two splits, and proposes splits in which none do: what hangs together by pairs of duplicates with a split
 * goes to one of them as a whole.
 */
function checkSplits(
  pairs: MatchedPairs,
  { catalog, apart, weakest }: CheckOptions,
): Pick<LabelChecks, "leaks" | "proposedSplits"> {
  const { left, right, distance, match } = pairs;
  const splits = catalog.labels.map((label) => label?.split ?? "");
  const separated = new Apart(apart);
  const units = new UnionFind(splits.length);
  const least = MATCHES.indexOf(weakest);
  const count = splits.some((split) => split !== "") ? pairs.count : 0;
  let leaking = 0;
  const found = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const [a, b] = [left[i], right[i]];
    if (match[i] > least || splits[a] === "" || splits[b] === "" || separated.has(a, b)) continue;
    units.union(a, b);
    if (splits[a] === splits[b]) continue;
    found[i] = 1;
    leaking++;
  }
  const numbers = new Uint32Array(leaking);
  for (let i = found.indexOf(1), place = 0; i >= 0; i = found.indexOf(1, i + 1)) numbers[place++] = i;
  numbers.sort((i, j) => match[i] - match[j] || distance[i] - distance[j] || i - j);
  const leaks = { ...pairsAt(pairs, numbers), match: Uint8Array.from(numbers, (i) => match[i]) };
  const unitOf = Uint32Array.from(splits.keys(), (row) => units.find(row));
  return { leaks, proposedSplits: proposeSplit(catalog.labels, unitOf) };
}

/** How many of what was found. */
export function checkCounts({ suggestions, conflicts, leaks, proposedSplits }: LabelChecks, { labels }: Catalog) {
  const changesSplit = (split: string, row: number) => split !== (labels[row]?.split ?? "");
  return {
    suggestions: suggestions.length,
    conflicts: conflicts.length,
    leaks: leaks.count,
    resplit: proposedSplits.filter(changesSplit).length,
  };
}
