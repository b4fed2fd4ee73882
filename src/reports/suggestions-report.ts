import type { LabelSuggestion } from "#data/label-checks.ts";
import type { Cell, Table } from "#data/table.ts";
import type { Catalog } from "#reports/catalog.ts";

const COLUMNS = ["path", "suggested_label", "source_path", "distance", "match", "group_id"];

/** suggestions.csv: labels for images that have none, and the labeled images that they come from; best evidence first. */
export function suggestionsTable(suggestions: readonly LabelSuggestion[], { images }: Catalog): Table {
  const rows = function* (): Generator<Cell[]> {
    for (const { row, label, source, groupId } of suggestions)
      yield [images[row].id, label, images[source.row].id, source.distance, source.match, groupId];
  };
  return { columns: COLUMNS, rows: rows() };
}
