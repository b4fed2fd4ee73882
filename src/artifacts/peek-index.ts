import { join } from "node:path";
import { readImages } from "#artifacts/index-files.ts";
import { INDEX_RECORD, readIndexRecord } from "#artifacts/index-record.ts";
import { readJsonLines } from "#artifacts/json-lines.ts";
import type { UnreadableFile } from "#artifacts/unreadable-files.ts";
import type { IndexRow } from "#data/index-row.ts";

/** What an index holds. */
export interface IndexView {
  /** Rows that have an image. */
  readonly rows: readonly IndexRow[];
  /** Files whose content is at fault. */
  readonly unreadable: readonly UnreadableFile[];
}

/**
 * Looks into an index without a change to any file.
 *
 * @returns undefined where the index is none, damaged, or of another maker: a run would begin one
 */
export async function peekIndex(folder: string, fingerprint: string): Promise<IndexView | undefined> {
  const record = await readIndexRecord(join(folder, INDEX_RECORD));
  if (typeof record !== "object" || record.madeBy.fingerprint !== fingerprint) return undefined;
  const rows = new Map<string, IndexRow>();
  for (const { content } of record.shards) {
    if (!content) continue;
    for (const row of await readImages(folder, content.images)) if (row.id !== "") rows.set(row.id, row);
  }
  const unreadable = record.unreadable ? await readJsonLines<UnreadableFile>(folder, record.unreadable) : [];
  return { rows: [...rows.values()], unreadable };
}
