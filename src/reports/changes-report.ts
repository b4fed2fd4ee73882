import type { GroupChange } from "#data/known-group.ts";
import type { Table } from "#data/table.ts";

/** changes.csv: what has become of groups since the latest finished run; see `groupChanges`. Several ids have a blank between them. */
export function changesTable(changes: readonly GroupChange[]): Table {
  const rows = changes.map(({ change, groupId, earlierIds, path }) => [change, groupId, earlierIds.join(" "), path]);
  return { columns: ["change", "group_id", "earlier_group_ids", "path"], rows };
}
