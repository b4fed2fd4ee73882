import { compareUtf8 } from "#base/compare-utf8.ts";
import { type PairList, pairsAt } from "#data/pair-list.ts";

/**
 * Rows lie in shards in the order in which images came; everything that a person sees goes by *rank*, the place of an image
 * among all ids in UTF-8 order. Results then do not depend on how the rows happen to lie, nor on rows without an image.
 */
export interface RowOrder {
  /** Rank of each row, NO_RANK where it has no image; shape (rows,). */
  readonly rankOfRow: Uint32Array;
  /** Row of each rank, shape (images,). */
  readonly rowOfRank: Uint32Array;
}

const NO_RANK = 0xffffffff;

/** @param ids of the image of each row; undefined where it has none */
export function rowOrderOf(ids: readonly (string | undefined)[]): RowOrder {
  // most rows lie in order already: sorting an array makes use of it, sorting a typed array does not
  const rows = [...ids.keys()].filter((row) => ids[row] !== undefined);
  rows.sort((a, b) => compareUtf8(ids[a] as string, ids[b] as string));
  return rowOrderAs(Uint32Array.from(rows), ids.length);
}

/**
 * Ranks that are given elsewhere.
 *
 * @param rowOfRank row of each rank, shape (images,)
 */
export function rowOrderAs(rowOfRank: Uint32Array, rowCount: number): RowOrder {
  const rankOfRow = new Uint32Array(rowCount).fill(NO_RANK);
  for (let rank = 0; rank < rowOfRank.length; rank++) rankOfRow[rowOfRank[rank]] = rank;
  return { rankOfRow, rowOfRank };
}

/** Renames rows to ranks and orders the pairs by left, then right rank. Pairs of rows without an image are left out. */
export function rankPairs(pairs: PairList, { rankOfRow }: RowOrder): PairList {
  return renamed(pairs, rankOfRow);
}

/**
 * Renames vectors to the rows of their images and orders the pairs by left, then right row. Of several pairs of two images the closest
 * stays, and none of an image with itself.
 *
 * @param imageOf row of each vector's image, shape (vectors,)
 */
export function imagePairs(pairs: PairList, imageOf: Uint32Array): PairList {
  return renamed(pairs, imageOf);
}

function renamed({ count, distance, ...pairs }: PairList, nameOf: Uint32Array): PairList {
  const left = new Uint32Array(count);
  const right = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const [a, b] = [nameOf[pairs.left[i]], nameOf[pairs.right[i]]];
    left[i] = Math.min(a, b);
    right[i] = Math.max(a, b);
  }
  const named = Uint32Array.from({ length: count }, (_, i) => i).filter((i) => right[i] !== NO_RANK);
  const order = named.sort((i, j) => left[i] - left[j] || right[i] - right[j] || distance[i] - distance[j]);
  const isFirst = (i: number, place: number) =>
    place === 0 || left[order[place - 1]] !== left[i] || right[order[place - 1]] !== right[i];
  const kept = order.filter((i, place) => left[i] !== right[i] && isFirst(i, place));
  return pairsAt({ left, right, distance, count }, kept);
}
