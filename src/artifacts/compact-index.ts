import { join } from "node:path";
import { readPairs, writePairs, writeShard } from "#artifacts/index-files.ts";
import type { IndexRecord, ShardRecord } from "#artifacts/index-record.ts";
import { MatchLog } from "#artifacts/match-log.ts";
import type { ShardStore } from "#artifacts/shard-store.ts";
import type { IndexRow } from "#data/index-row.ts";
import { PairCollector, type PairList, pairsWithin } from "#data/pair-list.ts";

/** An index whose rows are all settled. */
export interface FullIndex {
  readonly folder: string;
  readonly record: IndexRecord;
  readonly rows: readonly IndexRow[];
  readonly store: ShardStore;
  readonly matches: MatchLog | undefined;
}

/** More dead rows than this share are worth writing all anew. */
const DEAD_SHARE = 1 / 3;
/** So many shards of a night's few images at the end become one. */
const MOST_SMALL = 8;

/** The first shard that should be written anew, with all behind it; undefined where the index is well as it is. */
export function compactFrom({ record, rows }: FullIndex, shardRows: number): number | undefined {
  const dead = rows.filter(({ id }) => id === "").length;
  if (dead > DEAD_SHARE * rows.length) return 0;
  const large = record.shards.findLastIndex((shard) => shard.rows * 2 >= shardRows);
  return record.shards.length - (large + 1) >= MOST_SMALL ? large + 1 : undefined;
}

/**
 * Writes the living rows of a shard and of all behind it anew, in shards of `shardRows`, with their pairs and matches. Rows before keep
 * their numbers.
 *
 * @returns a record of the index that names the new files; the old ones still lie beside them
 */
export async function compacted(
  index: FullIndex,
  from: number,
  { shardRows, onProgress }: { shardRows: number; onProgress: (done: number, total: number) => void },
): Promise<IndexRecord> {
  const { folder, record, rows } = index;
  const firstRow = record.shards.slice(0, from).reduce((sum, shard) => sum + shard.rows, 0);
  const living = Uint32Array.from(rows.keys()).filter((row) => row >= firstRow && rows[row].id !== "");
  const renumbered = new Renumbering(rows, firstRow, living);
  const { strips, threshold } = await stripsFrom(index, from);
  const shards: ShardRecord[] = record.shards.slice(0, from);
  let { nextShard, nextGeneration } = record;
  for (let first = 0; first < living.length; first += shardRows) {
    const chosen = living.subarray(first, first + shardRows);
    const content = await writeShard(folder, nextShard, {
      rows: Array.from(chosen, (row) => rows[row]),
      features: await index.store.readRows(chosen),
      views: await index.store.readViews(chosen),
    });
    const pairs = renumbered.pairs(strips, firstRow + first, firstRow + first + chosen.length);
    const place = { number: nextShard++, generation: nextGeneration++ };
    const file = threshold === undefined ? null : { ...(await writePairs(folder, place, pairs)), threshold };
    shards.push({ rows: chosen.length, content, pairs: file });
    onProgress(shards.length - from, Math.ceil(living.length / shardRows));
  }
  const matches = record.matches && { ...record.matches, name: `matches.${nextGeneration++}.log` };
  if (matches && index.matches) await renumbered.writeMatches(join(folder, matches.name), index.matches);
  const count = firstRow + living.length;
  return { ...record, shards, matches, nextShard, nextGeneration, rows: count, reportedRows: count };
}

/** All pairs of the shards to be rewritten that every one of them knows; no threshold where one was not compared. */
async function stripsFrom({ folder, record }: FullIndex, from: number) {
  const known = record.shards.slice(from).filter(({ content }) => content !== null);
  const threshold = known.some(({ pairs }) => pairs === null)
    ? undefined
    : Math.min(...known.map(({ pairs }) => pairs?.threshold ?? Number.POSITIVE_INFINITY));
  const strips = new PairCollector();
  if (threshold !== undefined) {
    for (const { pairs } of known) if (pairs) strips.addAll(pairsWithin(await readPairs(folder, pairs), threshold));
  }
  return { strips: strips.toList(), threshold };
}

const NO_ROW = 0xffffffff;

/** The numbers that rows have after dead ones were left out. */
class Renumbering {
  /** New number of each row, NO_ROW where it is dead; shape (rows,). */
  readonly #numberOf: Uint32Array;

  constructor(rows: readonly IndexRow[], firstRow: number, living: Uint32Array) {
    this.#numberOf = Uint32Array.from(rows, ({ id }, row) => (row < firstRow && id !== "" ? row : NO_ROW));
    for (const [i, row] of living.entries()) this.#numberOf[row] = firstRow + i;
  }

  /** Those whose right row comes to lie from `first` to `end` (half open). */
  pairs({ left, right, distance, count }: PairList, first: number, end: number): PairList {
    const found = new PairCollector();
    for (let i = 0; i < count; i++) {
      const [a, b] = [this.#numberOf[left[i]], this.#numberOf[right[i]]];
      if (a !== NO_ROW && b >= first && b < end) found.add(a, b, distance[i]);
    }
    return found.toList();
  }

  async writeMatches(path: string, matches: MatchLog): Promise<void> {
    const log = await MatchLog.open(path, async () => undefined);
    for (const [a, b, match] of matches.entries()) {
      const [first, second] = [this.#numberOf[a], this.#numberOf[b]];
      if (first !== NO_ROW && second !== NO_ROW) log.add(first, second, match);
    }
    await log.close();
  }
}
