import { UnionFind } from "#clusters/union-find.ts";
import type { PairList } from "#data/pair-list.ts";

/**
 * The pair that each group hangs by: below its distance the group falls apart. It is the last one that joins two parts when pairs are
 * taken by distance (Kruskal 1956), the longest of the minimum spanning tree; of equally far ones the last in the order of pairs.
 *
 * @param pairs that join two images; those of different groups are passed over
 * @param keeperOf the keeper of each row that is in a group, by row
 * @returns number of the pair, by keeper
 */
export function weakestLinks(pairs: PairList, keeperOf: Uint32Array): Map<number, number> {
  const { left, right, distance, count } = pairs;
  const inside = Uint32Array.from({ length: count }, (_, i) => i).filter(
    (i) => keeperOf[left[i]] === keeperOf[right[i]],
  );
  const byDistance = inside.sort((i, j) => distance[i] - distance[j] || i - j);
  const parts = new UnionFind(keeperOf.length);
  const links = new Map<number, number>();
  for (const i of byDistance) if (parts.union(left[i], right[i])) links.set(keeperOf[left[i]], i);
  return links;
}
