import type { ShardStore } from "#artifacts/shard-store.ts";
import { sha256 } from "#base/fingerprint.ts";
import type { Progress } from "#base/progress.ts";
import { type KeepRule, keeperChooser } from "#clusters/choose-keeper.ts";
import { connectedComponents } from "#clusters/connected-components.ts";
import { memberDistances } from "#clusters/describe-members.ts";
import type { Group, GroupMember } from "#data/group.ts";
import { closestDistances } from "#data/image-vectors.ts";
import { MATCHES, type Match } from "#data/match.ts";
import { type MatchedPairs, pairsMatched } from "#data/pair-list.ts";
import type { RowOrder } from "#data/row-order.ts";
import type { Catalog } from "#reports/catalog.ts";
import type { PictureMatcher } from "./4-match.ts";

// 64 bits: two of a million groups share an id once in 30 million runs
const ID_DIGITS = 16;

export interface ClusterOptions {
  readonly catalog: Catalog;
  readonly keep: readonly KeepRule[];
  /** The weakest match that joins two images. */
  readonly weakest: Match;
  readonly pictures: PictureMatcher;
  readonly store: ShardStore;
  readonly order: RowOrder;
  readonly progress: Progress;
}

/**
 * Makes groups of what hangs together by pairs of a strong enough match, largest first, then by their keeper's id. Rows of pairs and groups
 * are ranks.
 */
export async function* cluster(
  allPairs: MatchedPairs,
  { catalog, keep, weakest, pictures, store, order, progress }: ClusterOptions,
): AsyncGenerator<Group> {
  const pairs = pairsMatched(allPairs, MATCHES.indexOf(weakest));
  const { images, labels } = catalog;
  progress.update("cluster", "pairs", 0, pairs.count);
  const chooseKeeper = keeperChooser(images, labels, keep);
  const sets = connectedComponents(images.length, pairs).map((rows) => ({ rows, keeper: chooseKeeper(rows) }));
  sets.sort((a, b) => b.rows.length - a.rows.length || a.keeper - b.keeper);
  const keeperOf = Uint32Array.from(images.keys());
  for (const { rows, keeper } of sets) for (const row of rows) keeperOf[row] = keeper;
  const { nearestRow, nearestDistance, toKeeper, matchWithKeeper } = memberDistances(images.length, pairs, keeperOf);
  const throughChain = await chainDistances(toKeeper, keeperOf, store, order);
  progress.update("cluster", "pairs", pairs.count);
  progress.finish("cluster");

  const describe = async (row: number, keeper: number): Promise<GroupMember> => {
    const nearest = { nearestRow: nearestRow[row], nearestDistance: nearestDistance[row] };
    if (row === keeper) return { row, role: "keeper", distanceToKeep: 0, ...nearest, match: "", link: "" };
    const chained = throughChain.get(row);
    return {
      row,
      role: images[row].reference ? "reference" : "duplicate",
      distanceToKeep: chained ?? toKeeper[row],
      ...nearest,
      match: chained === undefined ? MATCHES[matchWithKeeper[row]] : await pictures.match(keeper, row),
      link: chained === undefined ? "direct" : "chain",
    };
  };
  for (const { rows, keeper } of sets) {
    const others = rows.filter((row) => row !== keeper);
    const id = `g-${sha256(images[keeper].id).slice(0, ID_DIGITS)}`;
    yield { id, members: await Promise.all([keeper, ...others].map((row) => describe(row, keeper))) };
  }
}

/** Distance to the keeper of the members that no pair joins to it, from their vectors. */
async function chainDistances(toKeeper: Float64Array, keeperOf: Uint32Array, store: ShardStore, order: RowOrder) {
  const chained: number[] = [];
  for (let row = 0; row < keeperOf.length; row++) {
    if (keeperOf[row] !== row && toKeeper[row] === Number.POSITIVE_INFINITY) chained.push(row);
  }
  const rowOf = (rank: number) => order.rowOfRank[rank];
  const members = await store.readVectors(Uint32Array.from(chained, rowOf));
  const keepers = await store.readVectors(Uint32Array.from(chained, (row) => rowOf(keeperOf[row])));
  const distances = closestDistances(members, keepers);
  return new Map(chained.map((row, i) => [row, distances[i]]));
}
