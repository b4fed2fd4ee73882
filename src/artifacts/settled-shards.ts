import { writeImages } from "#artifacts/index-files.ts";
import type { IndexRecord, ShardRecord } from "#artifacts/index-record.ts";
import type { IndexRow } from "#data/index-row.ts";

/** Shards of which a run has found out whose their rows are now. */
interface SettledShards {
  readonly shards: readonly ShardRecord[];
  /** Numbers of those of which a row has changed: their object ids are not written yet. */
  readonly renamed: readonly number[];
  readonly nextGeneration: number;
}

/**
 * Writes who has the rows of each shard in which that has changed, beside what the record names.
 *
 * @param before, after every row of the index
 */
export async function writeSettledShards(
  folder: string,
  record: IndexRecord,
  before: readonly IndexRow[],
  after: readonly IndexRow[],
): Promise<SettledShards> {
  let { nextGeneration } = record;
  let firstRow = 0;
  const shards: ShardRecord[] = [];
  const renamed: number[] = [];
  for (const [i, shard] of record.shards.entries()) {
    const end = firstRow + shard.rows;
    if (shard.content && !sameRows(before, after, firstRow, end)) {
      const place = { number: shard.content.number, generation: nextGeneration++ };
      const images = await writeImages(folder, place, after.slice(firstRow, end));
      shards.push({ ...shard, content: { ...shard.content, images, objectIds: null } });
      renamed.push(i);
    } else {
      shards.push(shard);
    }
    firstRow = end;
  }
  return { shards, renamed, nextGeneration };
}

function sameRows(old: readonly IndexRow[], rows: readonly IndexRow[], first: number, end: number): boolean {
  for (let row = first; row < end; row++) if (old[row] !== rows[row]) return false;
  return true;
}
