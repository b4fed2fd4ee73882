import { compareUtf8 } from "#base/compare-utf8.ts";
import type { UnreadableImage } from "#data/image-record.ts";
import type { Table } from "#data/table.ts";

/** unreadable.csv: every file that could not be used and why, in id order. */
export function unreadableTable(unreadable: readonly UnreadableImage[]): Table {
  const ordered = [...unreadable].sort((a, b) => compareUtf8(a.id, b.id));
  return { columns: ["path", "stage", "reason"], rows: ordered.map(({ id, stage, reason }) => [id, stage, reason]) };
}
