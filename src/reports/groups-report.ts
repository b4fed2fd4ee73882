import type { Group, GroupMember } from "#data/group.ts";
import { isLabeled, type Label } from "#data/label.ts";
import type { Cell, Table } from "#data/table.ts";
import type { Catalog } from "#reports/catalog.ts";

const COLUMNS = (
  "group_id group_size role path keep_path distance_to_keep nearest_path nearest_distance match link " +
  "label suggested_label split width height bytes sha256 decision note"
).split(" ");

/** groups.csv: a row a member, the keeper first. */
export function groupsTable(groups: readonly Group[], catalog: Catalog): Table {
  return { columns: COLUMNS, rows: rowsOf(groups, catalog) };
}

function* rowsOf(groups: readonly Group[], catalog: Catalog): Generator<Cell[]> {
  for (const group of groups) {
    for (const record of memberRecords(group, catalog)) {
      yield [group.id, group.members.length, ...Object.values(record)];
    }
  }
}

/** groups.json: the same, a record a group, and how far the group reaches and what it hangs by. */
export function* groupRecords(groups: readonly Group[], catalog: Catalog) {
  for (const group of groups) {
    const members = [...memberRecords(group, catalog)];
    const { diameter, medoidRow, isExact } = group.spread;
    const { rows, distance, match } = group.weakestLink;
    const [a, b] = rows.map((row) => catalog.images[row].id);
    yield {
      group_id: group.id,
      group_size: members.length,
      keep_path: members[0].path,
      diameter,
      diameter_is: isExact ? ("exact" as const) : ("at least" as const),
      medoid_path: catalog.images[medoidRow].id,
      weakest_link: { path_a: a, path_b: b, distance, match },
      members,
    };
  }
}

/** A member as reports tell it: names and order are those of the columns from `role` on. */
function* memberRecords(group: Group, catalog: Catalog) {
  const keepPath = catalog.images[group.members[0].row].id;
  const suggested = suggestedLabel(group.members, catalog.labels);
  for (const member of group.members) {
    const { width, height, bytes, sha256, id } = catalog.images[member.row];
    const label = catalog.labels[member.row];
    const decided = catalog.decisions[member.row];
    yield {
      role: member.role,
      path: id,
      keep_path: keepPath,
      distance_to_keep: member.distanceToKeep,
      nearest_path: catalog.images[member.nearestRow].id,
      nearest_distance: member.nearestDistance,
      match: member.match,
      link: member.link,
      label: label?.label ?? "",
      suggested_label: isLabeled(label) ? "" : suggested,
      split: label?.split ?? "",
      width,
      height,
      bytes,
      sha256,
      decision: decided?.decision ?? "",
      note: decided?.note ?? "",
    };
  }
}

/** The one label that all labeled members share; empty when there is none, or they differ. */
function suggestedLabel(members: readonly GroupMember[], labels: readonly (Label | undefined)[]): string {
  const found = new Set(members.flatMap(({ row }) => labels[row]?.label || []));
  return found.size === 1 ? ([...found][0] as string) : "";
}
