import type { ShardStore } from "#artifacts/shard-store.ts";
import type { Progress } from "#base/progress.ts";
import { Apart } from "#clusters/apart.ts";
import { componentsApart } from "#clusters/components-apart.ts";
import { memberDistances } from "#clusters/describe-members.ts";
import { directGroups } from "#clusters/direct-groups.ts";
import { type KeepRule, keepOrder } from "#clusters/keep-order.ts";
import { weakestLinks } from "#clusters/weakest-links.ts";
import type { ImageDecision } from "#data/decision.ts";
import type { GroupLink, GroupMember, GroupRole, RowGroup, UnnamedGroup } from "#data/group.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { closestDistances } from "#data/image-vectors.ts";
import { MATCHES, type Match } from "#data/match.ts";
import { type MatchedPairs, pairsMatched, pairsWhere } from "#data/pair-list.ts";
import type { RowOrder } from "#data/row-order.ts";
import type { Catalog } from "#reports/catalog.ts";
import type { PictureMatcher } from "./4-match.ts";
import { groupSpreads } from "./group-spreads.ts";

export interface ClusterOptions {
  readonly catalog: Catalog;
  /** Images that a person said are no duplicates of each other, as ranks. */
  readonly apart: readonly (readonly [number, number])[];
  /** `component`: whatever hangs together; `direct`: every duplicate is a pair with its keeper. */
  readonly mode: "component" | "direct";
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
export async function* cluster(allPairs: MatchedPairs, options: ClusterOptions): AsyncGenerator<UnnamedGroup> {
  const { catalog, mode, keep, weakest, pictures, store, order, progress } = options;
  const apart = new Apart(options.apart);
  const pairs = pairsTogether(pairsMatched(allPairs, MATCHES.indexOf(weakest)), apart);
  const { images, decisions } = catalog;
  progress.update("cluster", "pairs", 0, pairs.count);
  const grouped = mode === "direct" ? directGroups : componentsApart;
  const groups = grouped(images.length, pairs, keepOrder(catalog, keep), apart);
  groups.sort((a, b) => b.rows.length - a.rows.length || a.keeper - b.keeper);
  const keeperOf = Uint32Array.from(images.keys());
  for (const { rows, keeper } of groups) for (const row of rows) keeperOf[row] = keeper;
  const { nearestRow, nearestDistance, toKeeper, matchWithKeeper } = memberDistances(images.length, pairs, keeperOf);
  const throughChain = await chainDistances(toKeeper, keeperOf, store, order);
  const links = weakestLinks(pairs, keeperOf);
  const spreads = await groupSpreads(groups, { pairs: allPairs, keeperOf, store, order });
  progress.update("cluster", "pairs", pairs.count);
  progress.finish("cluster");

  const describe = async (row: number, keeper: number): Promise<GroupMember> => {
    const nearest = { nearestRow: nearestRow[row], nearestDistance: nearestDistance[row] };
    if (row === keeper) return { row, role: "keeper", distanceToKeep: 0, ...nearest, match: "", link: "" };
    const chained = throughChain.get(row);
    return {
      row,
      role: roleBeside(images[row], decisions[row]),
      distanceToKeep: chained ?? toKeeper[row],
      ...nearest,
      match: chained === undefined ? MATCHES[matchWithKeeper[row]] : await pictures.match(keeper, row),
      link: chained === undefined ? "direct" : "chain",
    };
  };
  for (const group of groups) {
    const { rows, keeper } = group;
    const others = rows.filter((row) => row !== keeper);
    yield {
      members: await Promise.all([keeper, ...others].map((row) => describe(row, keeper))),
      spread: ofGroup(spreads, group),
      weakestLink: linkAt(pairs, ofGroup(links, group)),
    };
  }
}

function pairsTogether(pairs: MatchedPairs, apart: Apart): MatchedPairs {
  return apart.isEmpty ? pairs : pairsWhere(pairs, (i) => !apart.has(pairs.left[i], pairs.right[i]));
}

/** The role of a member that is not the keeper: a person may want to keep several. */
function roleBeside({ reference }: ImageRecord, decided: ImageDecision | undefined): GroupRole {
  if (reference) return "reference";
  return decided?.decision === "keep" ? "keeper" : "duplicate";
}

function ofGroup<T>(byKeeper: ReadonlyMap<number, T>, { keeper }: RowGroup): T {
  return byKeeper.get(keeper) as T;
}

function linkAt({ left, right, distance, match }: MatchedPairs, i: number): GroupLink {
  return { rows: [left[i], right[i]], distance: distance[i], match: MATCHES[match[i]] };
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
