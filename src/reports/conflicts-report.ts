import type { Group } from "#data/group.ts";
import type { Label } from "#data/label.ts";
import type { GroupConflict } from "#data/label-checks.ts";
import type { Cell, Table } from "#data/table.ts";
import type { Catalog } from "#reports/catalog.ts";

const COLUMNS = "group_id group_size path label split role group_labels other_path other_label distance match".split(
  " ",
);

/**
 * conflicts.csv: a row a labeled image of a group whose labels differ, beside the nearest one that has another label. Groups come in the
 * order of groups.csv; in each, those first that are most likely wrong.
 */
export function conflictsTable(conflicts: readonly GroupConflict[], groups: readonly Group[], catalog: Catalog): Table {
  return { columns: COLUMNS, rows: rowsOf(conflicts, groups, catalog) };
}

function* rowsOf(
  conflicts: readonly GroupConflict[],
  groups: readonly Group[],
  { images, labels }: Catalog,
): Generator<Cell[]> {
  for (const { group, labels: counts, members } of conflicts) {
    const { id, members: all } = groups[group];
    const roleOf = new Map(all.map(({ row, role }) => [row, role]));
    const groupLabels = counts.map(([label, count]) => `${label} ${count}`).join("; ");
    for (const { row, other } of members) {
      const { label, split } = labels[row] as Label;
      const own = [id, all.length, images[row].id, label, split, roleOf.get(row), groupLabels];
      yield [...own, images[other.row].id, labels[other.row]?.label, other.distance, other.match];
    }
  }
}
