import { compareUtf8 } from "#base/compare-utf8.ts";
import type { PairList } from "#data/pair-list.ts";

/**
 * Rows lie in shards in the order in which images came; everything that a person sees goes by *rank*, the place of an image
 * among all ids in UTF-8 order. Results then do not depend on how the rows happen to lie.
 */
export interface RowOrder {
  /** Rank of each row, shape (rows,). */
  readonly rankOfRow: Uint32Array;
  /** Row of each rank, shape (rows,). */
  readonly rowOfRank: Uint32Array;
}

export function rowOrderOf(ids: readonly string[]): RowOrder {
  const rowOfRank = Uint32Array.from(ids.keys()).sort((a, b) => compareUtf8(ids[a], ids[b]));
  const rankOfRow = new Uint32Array(ids.length);
  for (let rank = 0; rank < rowOfRank.length; rank++) rankOfRow[rowOfRank[rank]] = rank;
  return { rankOfRow, rowOfRank };
}

/**
 * Renames vectors to the ranks of their images and orders the pairs by left, then right rank. Of several pairs of two images the closest
 * stays, and none of an image with itself.
 *
 * @param imageOf row of each vector's image, shape (vectors,)
 */
export function rankPairs(pairs: PairList, imageOf: Uint32Array, { rankOfRow }: RowOrder): PairList {
  const { count, distance } = pairs;
  const left = new Uint32Array(count);
  const right = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const a = rankOfRow[imageOf[pairs.left[i]]];
    const b = rankOfRow[imageOf[pairs.right[i]]];
    left[i] = Math.min(a, b);
    right[i] = Math.max(a, b);
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort(
    (i, j) => left[i] - left[j] || right[i] - right[j] || distance[i] - distance[j],
  );
  const isFirst = (i: number, place: number) =>
    place === 0 || left[order[place - 1]] !== left[i] || right[order[place - 1]] !== right[i];
  const kept = order.filter((i, place) => left[i] !== right[i] && isFirst(i, place));
  return {
    left: kept.map((i) => left[i]),
    right: kept.map((i) => right[i]),
    distance: Float64Array.from(kept, (i) => distance[i]),
    count: kept.length,
  };
}
