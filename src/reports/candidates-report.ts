import type { Candidate } from "#data/candidate.ts";
import type { Group } from "#data/group.ts";
import type { Cell, Table } from "#data/table.ts";
import type { Catalog } from "#reports/catalog.ts";

const COLUMNS = (
  "rank path nearest_labeled_path nearest_labeled_distance nearest_chosen_path nearest_chosen_distance " +
  "coverage_radius group_id group_size width height bytes decision note"
).split(" ");

/** candidates.csv: best first. An image in no group has an empty group_id and a group_size of 1. */
export function candidatesTable(candidates: readonly Candidate[], groups: readonly Group[], catalog: Catalog): Table {
  return { columns: COLUMNS, rows: rowsOf(candidates, groups, catalog) };
}

function* rowsOf(candidates: readonly Candidate[], groups: readonly Group[], catalog: Catalog): Generator<Cell[]> {
  for (const record of candidateRecords(candidates, groups, catalog)) {
    const { sha256: _, ...cells } = record;
    yield Object.values(cells).map((cell): Cell => cell ?? undefined);
  }
}

/** candidates.json: the same and what the file holds, a record a candidate; what there is none of is null. */
export function* candidateRecords(candidates: readonly Candidate[], groups: readonly Group[], catalog: Catalog) {
  const groupOf = new Map(groups.map((group) => [group.members[0].row, group]));
  for (const { rank, row, nearestLabeled, nearestChosen, coverageRadius } of candidates) {
    const { id, width, height, bytes, sha256 } = catalog.images[row];
    const group = groupOf.get(row);
    const decided = catalog.decisions[row];
    yield {
      rank,
      path: id,
      nearest_labeled_path: nearestLabeled ? catalog.images[nearestLabeled.row].id : null,
      nearest_labeled_distance: nearestLabeled?.distance ?? null,
      nearest_chosen_path: nearestChosen ? catalog.images[nearestChosen.row].id : null,
      nearest_chosen_distance: nearestChosen?.distance ?? null,
      coverage_radius: coverageRadius,
      group_id: group?.id ?? "",
      group_size: group?.members.length ?? 1,
      width,
      height,
      bytes,
      sha256,
      decision: decided?.decision ?? "",
      note: decided?.note ?? "",
    };
  }
}
