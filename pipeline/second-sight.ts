import { distancesOfRows } from "#artifacts/distances-of-rows.ts";
import { ShardCache } from "#artifacts/shard-cache.ts";
import type { ShardStore } from "#artifacts/shard-store.ts";
import type { Progress } from "#base/progress.ts";
import type { ImageRecord } from "#data/image-record.ts";
import { MATCHES } from "#data/match.ts";
import { type MatchedPairs, type PairList, pairsAt } from "#data/pair-list.ts";
import { type RowOrder, rankPairs, rowOrderAs } from "#data/row-order.ts";
import type { FoundInAll } from "./3-search.ts";
import type { SettledRows, Source } from "./source.ts";

export interface MeasureOptions {
  /** For vectors of either model. */
  readonly cacheBytes: number;
  readonly progress: Progress;
}

/** What the second model made of the images: the pairs that it finds near, and the vectors of all. */
export class SecondSight {
  readonly #store: ShardStore;
  readonly #pairs: PairList;
  readonly #rowOfId: ReadonlyMap<string, number>;

  /** @param found.pairs within its threshold, as rows of its index */
  constructor({
    store,
    found,
    imageOfRow,
  }: Pick<Source, "store"> & Pick<SettledRows, "imageOfRow"> & { found: FoundInAll }) {
    this.#store = store;
    this.#pairs = found.pairs;
    this.#rowOfId = new Map(imageOfRow.flatMap((image, row) => (image ? [[image.id, row] as const] : [])));
  }

  /** Whether it has read an image: a file may vanish between two readings. */
  has(id: string): boolean {
    return this.#rowOfId.has(id);
  }

  /** Its rows, by the ranks of the run. */
  orderOf(images: readonly ImageRecord[]): RowOrder {
    const rows = Uint32Array.from(images, ({ id }) => this.#rowOfId.get(id) as number);
    return rowOrderAs(rows, this.#store.rowCount);
  }

  /**
   * Pairs with the distances of both models: those of the first model, and what only this one finds near, which is `similar`.
   *
   * @param pairs of the first model, in rank order
   * @param first the vectors of the first model
   */
  async beside(
    pairs: MatchedPairs,
    images: readonly ImageRecord[],
    first: { readonly store: ShardStore; readonly order: RowOrder },
    { cacheBytes, progress }: MeasureOptions,
  ): Promise<MatchedPairs> {
    const order = this.orderOf(images);
    const near = rankPairs(this.#pairs, order);
    const places = placesIn(pairs, near);
    const onlyHere = Uint32Array.from(near.left.keys()).filter((i) => places[i] === NOWHERE);
    const added = pairsAt(near, onlyHere);
    const second = new Float64Array(pairs.count).fill(Number.NaN);
    for (const [i, place] of places.entries()) if (place !== NOWHERE) second[place] = near.distance[i];
    const unknown = Uint32Array.from(second.keys()).filter((i) => Number.isNaN(second[i]));
    const total = unknown.length + added.count;
    const tell = (done: number) => progress.update("measure", "pairs", done, total);
    const cacheOf = (store: ShardStore) => new ShardCache(store, cacheBytes);
    const here = { left: rowsAt(pairs.left, unknown, order), right: rowsAt(pairs.right, unknown, order) };
    const measured = await distancesOfRows(here, this.#store, cacheOf(this.#store), tell);
    for (const [i, place] of unknown.entries()) second[place] = measured[i];
    const all = Uint32Array.from(added.left.keys());
    const there = { left: rowsAt(added.left, all, first.order), right: rowsAt(added.right, all, first.order) };
    const tellMore = (done: number) => tell(unknown.length + done);
    const distance = await distancesOfRows(there, first.store, cacheOf(first.store), tellMore);
    tell(total);
    progress.finish("measure");
    const match = new Uint8Array(added.count).fill(MATCHES.indexOf("similar"));
    return merged({ ...pairs, secondDistance: second }, { ...added, distance, match, secondDistance: added.distance });
  }
}

const NOWHERE = 0xffffffff;

/** Place of each pair of one list in another, NOWHERE where it is not there; both in rank order. */
function placesIn(list: PairList, pairs: PairList): Uint32Array {
  let place = 0;
  return Uint32Array.from(pairs.left, (left, i) => {
    while (place < list.count && compare(list, place, pairs, i) < 0) place++;
    const isThere = place < list.count && list.left[place] === left && list.right[place] === pairs.right[i];
    return isThere ? place : NOWHERE;
  });
}

function compare(a: PairList, i: number, b: PairList, j: number): number {
  return a.left[i] - b.left[j] || a.right[i] - b.right[j];
}

function rowsAt(ranks: Uint32Array, places: Uint32Array, { rowOfRank }: RowOrder): Uint32Array {
  return places.map((place) => rowOfRank[ranks[place]]);
}

type PairsOfBoth = MatchedPairs & { readonly secondDistance: Float64Array };

/** Two lists of different pairs as one, in rank order. */
function merged(a: PairsOfBoth, b: PairsOfBoth): PairsOfBoth {
  const count = a.count + b.count;
  const all = {
    left: new Uint32Array(count),
    right: new Uint32Array(count),
    distance: new Float64Array(count),
    match: new Uint8Array(count),
    secondDistance: new Float64Array(count),
    count,
  };
  let [i, j] = [0, 0];
  for (let place = 0; place < count; place++) {
    const isOfA = j === b.count || (i < a.count && compare(a, i, b, j) < 0);
    const [from, at] = isOfA ? [a, i++] : [b, j++];
    for (const column of ["left", "right", "distance", "match", "secondDistance"] as const)
      all[column][place] = from[column][at];
  }
  return all;
}
