import type { Group } from "#data/group.ts";
import type { LabelSuggestion } from "#data/label-checks.ts";
import type { Cell, Table } from "#data/table.ts";
import type { Catalog } from "#reports/catalog.ts";

const COLUMNS = (
  "group_id group_size role path keep_path distance_to_keep nearest_path nearest_distance match link " +
  "label suggested_label split width height bytes sha256 decision note"
).split(" ");

/** Labels for images that have none. */
type Suggestions = readonly LabelSuggestion[];
type SuggestionOf = ReadonlyMap<number, LabelSuggestion>;

/** groups.csv: a row a member, the keeper first. */
export function groupsTable(groups: readonly Group[], catalog: Catalog, suggestions: Suggestions): Table {
  return { columns: COLUMNS, rows: rowsOf(groups, catalog, byRow(suggestions)) };
}

function* rowsOf(groups: readonly Group[], catalog: Catalog, suggestionOf: SuggestionOf): Generator<Cell[]> {
  for (const group of groups) {
    for (const record of memberRecords(group, catalog, suggestionOf)) {
      yield [group.id, group.members.length, ...Object.values(record)];
    }
  }
}

/** groups.json: the same, a record a group, how far the group reaches and what it hangs by, and where suggested labels come from. */
export function* groupRecords(groups: readonly Group[], catalog: Catalog, suggestions: Suggestions) {
  const suggestionOf = byRow(suggestions);
  for (const group of groups) {
    const members = Array.from(memberRecords(group, catalog, suggestionOf), (record, i) => {
      const source = suggestionOf.get(group.members[i].row)?.source;
      return {
        ...record,
        suggested_label_from: source ? catalog.images[source.row].id : null,
        suggested_label_distance: source?.distance ?? null,
      };
    });
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
function* memberRecords(group: Group, catalog: Catalog, suggestionOf: SuggestionOf) {
  const keepPath = catalog.images[group.members[0].row].id;
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
      suggested_label: suggestionOf.get(member.row)?.label ?? "",
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

function byRow(suggestions: Suggestions): SuggestionOf {
  return new Map(suggestions.map((suggestion) => [suggestion.row, suggestion]));
}
