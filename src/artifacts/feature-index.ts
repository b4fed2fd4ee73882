import { join } from "node:path";
import type { CheckedIndex, IndexListener } from "#artifacts/check-index.ts";
import { compacted, compactFrom } from "#artifacts/compact-index.ts";
import {
  readPairs,
  type ShardContent,
  writeIndexFile,
  writeObjectIds,
  writePairs,
  writeShard,
} from "#artifacts/index-files.ts";
import { type IndexRecord, type ShardRecord, writeIndexRecord } from "#artifacts/index-record.ts";
import { jsonLines, readJsonLines } from "#artifacts/json-lines.ts";
import { MatchLog } from "#artifacts/match-log.ts";
import { type NewIndexMaker, openIndex, removeUnnamed } from "#artifacts/open-index.ts";
import type { PairStrips } from "#artifacts/pair-strips.ts";
import { keepAside } from "#artifacts/set-aside.ts";
import { writeSettledShards } from "#artifacts/settled-shards.ts";
import { partsOf, storedParts } from "#artifacts/shard-files.ts";
import { ShardStore } from "#artifacts/shard-store.ts";
import { ThumbnailLog } from "#artifacts/thumbnail-log.ts";
import type { UnreadableFile } from "#artifacts/unreadable-files.ts";
import { messageOf } from "#base/pipeline-error.ts";
import { imageVectors } from "#data/image-vectors.ts";
import type { IndexRow } from "#data/index-row.ts";
import type { KnownGroup } from "#data/known-group.ts";
import type { PairList } from "#data/pair-list.ts";
import type { Shard } from "#data/shard.ts";

/** What a finished run knows of its files. */
export interface Settlement {
  /** Every row of the index, with the id of the file that has it now. */
  readonly rows: readonly IndexRow[];
  /** Images that were found in each folder, by absolute path. */
  readonly folders: Readonly<Record<string, number>>;
  /** What it reported; undefined where that is kept elsewhere. */
  readonly groups?: readonly KnownGroup[] | undefined;
}

/**
 * Features, pairs and matches of all images that were seen, kept between runs. Rows are only ever added behind the others; each change is
 * committed as a whole, so that a run that is ended at any moment leaves what was there before or after it.
 */
export class FeatureIndex implements PairStrips {
  readonly folder: string;
  readonly store: ShardStore;
  readonly #listener: IndexListener;
  readonly #rows: IndexRow[];
  #record: IndexRecord;
  #matches: MatchLog | undefined;
  #committed: Promise<void> = Promise.resolve();

  private constructor(folder: string, { record, rows }: CheckedIndex, listener: IndexListener) {
    this.folder = folder;
    this.#listener = listener;
    this.#record = record;
    this.#rows = [...rows];
    this.store = new ShardStore(record.madeBy.dim, storedParts(folder, record));
  }

  /** Opens index/, or begins it; see `openIndex`. */
  static async open(folder: string, madeBy: NewIndexMaker, listener: IndexListener): Promise<FeatureIndex> {
    return new FeatureIndex(folder, await openIndex(folder, madeBy, listener), listener);
  }

  get record(): IndexRecord {
    return this.#record;
  }

  /** Who has each row, as it is on disk. */
  get rows(): readonly IndexRow[] {
    return this.#rows;
  }

  async readUnreadable(): Promise<UnreadableFile[]> {
    const { unreadable } = this.#record;
    return unreadable ? readJsonLines(this.folder, unreadable) : [];
  }

  /** Vectors of a shard's rows that have an image. */
  vectorsAlive(shard: number): number {
    const { firstRow, end } = this.#rangeOf(shard);
    return this.#rows.slice(firstRow, end).reduce((sum, { id, vectors }) => sum + (id === "" ? 0 : vectors), 0);
  }

  /** Puts a shard on disk behind the others. */
  async append(content: ShardContent): Promise<Shard> {
    const { features, views } = content;
    const vectors = imageVectors(features, views);
    const counts = new Uint32Array(content.rows.length);
    for (const image of vectors.imageOf) counts[image]++;
    const rows = content.rows.map((row, i): IndexRow => ({ ...row, vectors: counts[i] }));
    const { nextShard } = this.#record;
    const files = await writeShard(this.folder, nextShard, { ...content, rows });
    const shard: ShardRecord = { rows: rows.length, content: files, pairs: null };
    const firstRow = this.#rows.length;
    for (const row of rows) this.#rows.push(row);
    await this.#commit(({ shards }) => ({
      rows: this.#rows.length,
      nextShard: nextShard + 1,
      shards: [...shards, shard],
    }));
    const number = this.store.shardCount;
    this.store.add(partsOf(this.folder, files, { firstRow, rowCount: rows.length, dim: features.dim }));
    return { number, firstRow, vectors };
  }

  thresholdOf(shard: number): number | undefined {
    return this.#record.shards[shard].pairs?.threshold;
  }

  async writePairs(shard: number, threshold: number, pairs: PairList): Promise<void> {
    const { shards, nextGeneration } = this.#record;
    const number = shards[shard].content?.number;
    if (number === undefined) throw new Error(`Shard ${shard} has no features`);
    const file = await writePairs(this.folder, { number, generation: nextGeneration }, pairs);
    await this.#commit((record) => ({
      shards: record.shards.map((known, i) => (i === shard ? { ...known, pairs: { ...file, threshold } } : known)),
      nextGeneration: nextGeneration + 1,
    }));
  }

  async readPairs(shard: number): Promise<PairList | undefined> {
    const { pairs } = this.#record.shards[shard];
    return pairs ? readPairs(this.folder, pairs) : undefined;
  }

  /** @param version of the way of looking at pairs: another one begins anew */
  async openMatches(version: number): Promise<MatchLog> {
    const log = await this.#log("matches", version, "those pairs are looked at again");
    this.#matches = await MatchLog.open(...log);
    return this.#matches;
  }

  /** @param version of the way of making them: another one begins anew */
  async openThumbnails(version: number): Promise<ThumbnailLog> {
    return ThumbnailLog.open(...(await this.#log("thumbnails", version, "those pictures are made again")));
  }

  /** The groups that the latest finished run reported; undefined where that is not known. */
  async readGroups(): Promise<KnownGroup[] | undefined> {
    const { groups } = this.#record;
    return groups ? readJsonLines(this.folder, groups) : undefined;
  }

  /** Remembers the files whose content is at fault. */
  async writeUnreadable(files: readonly UnreadableFile[]): Promise<void> {
    if (files.length === 0 && this.#record.unreadable === null) return;
    const generation = this.#record.nextGeneration;
    const name = `unreadable.${generation}.ndjson`;
    const unreadable = files.length === 0 ? null : await writeIndexFile(this.folder, name, jsonLines(files));
    await this.#commit({ unreadable, nextGeneration: generation + 1 });
  }

  /** Commits what a finished run has learnt of its files. */
  async settle({ rows, folders, groups }: Settlement): Promise<void> {
    const { shards, renamed, ...next } = await writeSettledShards(this.folder, this.#record, this.#rows, rows);
    let { nextGeneration } = next;
    for (const [i, row] of rows.entries()) this.#rows[i] = row;
    const known = groups && (await writeIndexFile(this.folder, `groups.${nextGeneration++}.ndjson`, jsonLines(groups)));
    const reported = known ? { groups: known } : {};
    await this.#commit({ shards, nextGeneration, folders, reportedRows: rows.length, ...reported });
    if (renamed.length > 0) await this.#writeObjectIds(renamed);
  }

  /**
   * Writes shards anew where that pays, and removes files that nothing names any more; what keeps it from doing so is only told. Nothing
   * else may be asked of the index afterwards.
   *
   * @param shardRows rows of a full shard
   */
  async tidy(shardRows: number): Promise<void> {
    const { folder, store } = this;
    const full = { folder, store, record: this.#record, rows: this.#rows, matches: this.#matches };
    const from = compactFrom(full, shardRows);
    const onProgress = (done: number, total: number) => this.#listener.onProgress("tidy", done, total);
    try {
      if (from !== undefined) await this.#commit(await compacted(full, from, { shardRows, onProgress }));
      await removeUnnamed(folder, this.#record);
    } catch (error) {
      // nothing depends on it: a full disk must not spoil a night that is done
      this.#listener.tell(`Could not tidy up "${folder}": ${messageOf(error)}; the next run tries again`);
    }
  }

  /** Where a log lies, and what becomes of its end where that is damaged. */
  async #log(kind: "matches" | "thumbnails", version: number, consequence: string) {
    let log = this.#record[kind];
    if (log?.version !== version) {
      const generation = this.#record.nextGeneration;
      log = { name: `${kind}.${generation}.log`, version };
      await this.#commit({ [kind]: log, nextGeneration: generation + 1 });
    }
    const { name } = log;
    const path = join(this.folder, name);
    const keepEnd = async (end: Uint8Array) => {
      const kept = `cut ${end.length} bytes off its end, kept as "${await keepAside(this.folder, name, end)}"`;
      this.#listener.tell(`Damaged: "${path}": ${kept}; ${consequence}`);
    };
    return [path, keepEnd] as const;
  }

  /** While they are written, the record does not name them: a run that ends here is no damage. */
  async #writeObjectIds(renamed: readonly number[]): Promise<void> {
    const shards = [...this.#record.shards];
    for (const i of renamed) {
      const { content } = shards[i];
      if (!content) continue;
      const { firstRow, end } = this.#rangeOf(i);
      const objectIds = await writeObjectIds(this.folder, content.number, this.#rows.slice(firstRow, end));
      shards[i] = { ...shards[i], content: { ...content, objectIds } };
    }
    await this.#commit({ shards });
  }

  #rangeOf(shard: number): { firstRow: number; end: number } {
    const firstRow = this.#record.shards.slice(0, shard).reduce((sum, { rows }) => sum + rows, 0);
    return { firstRow, end: firstRow + this.#record.shards[shard].rows };
  }

  /** One change after the other: shards are added while pairs of earlier ones are written. */
  #commit(change: Partial<IndexRecord> | ((record: IndexRecord) => Partial<IndexRecord>)): Promise<void> {
    const committed = this.#committed.then(async () => {
      const record = { ...this.#record, ...(typeof change === "function" ? change(this.#record) : change) };
      await writeIndexRecord(this.folder, record);
      this.#record = record;
    });
    this.#committed = committed.catch(() => undefined);
    return committed;
  }
}
