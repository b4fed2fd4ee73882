import { join } from "node:path";
import { readImages } from "#artifacts/index-files.ts";
import { INDEX_RECORD, readIndexRecord } from "#artifacts/index-record.ts";
import type { IndexRow } from "#data/index-row.ts";

/**
 * The rows of an index that have an image, without a change to any file and without a check of them.
 *
 * @returns undefined where the index is none, damaged, or of another maker: a run would begin one
 */
export async function peekIndex(folder: string, fingerprint: string): Promise<IndexRow[] | undefined> {
  const record = await readIndexRecord(join(folder, INDEX_RECORD));
  if (typeof record !== "object" || record.madeBy.fingerprint !== fingerprint) return undefined;
  const rows = new Map<string, IndexRow>();
  for (const { content } of record.shards) {
    if (!content) continue;
    for (const row of await readImages(folder, content.images)) if (row.id !== "") rows.set(row.id, row);
  }
  return [...rows.values()];
}
