import { join } from "node:path";
import { damageOf } from "#artifacts/checksum.ts";
import { readImages, writeObjectIds } from "#artifacts/index-files.ts";
import type { FileRecord, IndexRecord, ShardFiles, ShardRecord } from "#artifacts/index-record.ts";
import { setAside } from "#artifacts/set-aside.ts";
import type { IndexRow } from "#data/index-row.ts";

/** Who hears of the state of an index. */
export interface IndexListener {
  /** What was found damaged and what becomes of it, or which index is used. */
  tell(line: string): void;
  /** How far going through all of it is, in shards. */
  onProgress(stage: "check" | "tidy", done: number, total: number): void;
}

/** A record whose files were all read and found whole, and its rows. */
export interface CheckedIndex {
  readonly record: IndexRecord;
  readonly rows: readonly IndexRow[];
}

/** What is known of a row whose shard is gone. */
const LOST_ROW: IndexRow = { id: "", sha256: "", bytes: 0, modified: null, width: 0, height: 0, vectors: 0 };

/**
 * Reads every file of an index once. A damaged one is set aside and named: what it held is made anew by the run, as if it had never been
 * there, and only that.
 */
export async function checkIndex(folder: string, record: IndexRecord, listener: IndexListener): Promise<CheckedIndex> {
  const check = new Check(folder, listener);
  const rows: IndexRow[] = [];
  const shards: ShardRecord[] = [];
  for (const shard of record.shards) {
    const found = await check.shard(shard);
    shards.push(found.shard);
    for (const row of found.rows) rows.push(row);
    listener.onProgress("check", shards.length, record.shards.length);
  }
  const unreadable = await check.kept(record.unreadable, "files that cannot be read are tried again");
  const groups = await check.kept(record.groups, "changes.csv tells of every group as new");
  const checked = check.isWhole ? record : { ...record, shards, unreadable, groups };
  return { record: checked, rows: withOneOwner(rows) };
}

class Check {
  readonly #folder: string;
  readonly #listener: IndexListener;
  isWhole = true;

  constructor(folder: string, listener: IndexListener) {
    this.#folder = folder;
    this.#listener = listener;
  }

  async shard(shard: ShardRecord): Promise<{ shard: ShardRecord; rows: readonly IndexRow[] }> {
    const content = shard.content && (await this.#content(shard.content));
    if (!content) {
      const lost = Array.from({ length: shard.rows }, () => LOST_ROW);
      return { shard: { ...shard, content: null, pairs: null }, rows: lost };
    }
    const pairs = await this.kept(shard.pairs, "its pairs are searched again");
    const rows = await readImages(this.#folder, content.images);
    const objectIds = await this.#objectIds(content, rows);
    return { shard: { ...shard, content: { ...content, objectIds }, pairs }, rows };
  }

  /** The same files, or null where features, views or images are damaged. */
  async #content(content: ShardFiles): Promise<ShardFiles | null> {
    const consequence = "its images are embedded again";
    for (const file of [content.features, content.views, content.images])
      if (file && (await this.kept(file, consequence)) === null) return null;
    return content;
  }

  async #objectIds({ number, objectIds }: ShardFiles, rows: readonly IndexRow[]): Promise<FileRecord> {
    const whole = await this.kept(objectIds, "it is written again");
    if (whole) return whole;
    this.isWhole = false;
    return writeObjectIds(this.#folder, number, rows);
  }

  /** The file's record where it is whole, else null. */
  async kept<T extends FileRecord>(file: T | null, consequence: string): Promise<T | null> {
    const damage = file && (await damageOf(join(this.#folder, file.name), file));
    if (!file || damage === undefined) return file;
    this.isWhole = false;
    const place = await setAside(this.#folder, file.name);
    const aside = place === undefined ? "" : `, set aside as "${place}"`;
    this.#listener.tell(`Damaged: "${join(this.#folder, file.name)}": ${damage}${aside}; ${consequence}`);
    return null;
  }
}

/** The last row of an id is the one that its file has: a run that ended early left the earlier ones as they were. */
function withOneOwner(rows: readonly IndexRow[]): IndexRow[] {
  const owner = new Map<string, number>();
  for (const [row, { id }] of rows.entries()) if (id !== "") owner.set(id, row);
  return rows.map((row, number) => (row.id === "" || owner.get(row.id) === number ? row : { ...row, id: "" }));
}
