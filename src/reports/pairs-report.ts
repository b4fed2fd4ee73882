import { MATCHES } from "#data/match.ts";
import type { MatchedPairs } from "#data/pair-list.ts";
import type { Cell, Table } from "#data/table.ts";
import type { Catalog } from "#reports/catalog.ts";

/** pairs.csv: every pair within the threshold of a model, in id order; a second model has a column of its own. */
export function pairsTable(pairs: MatchedPairs, catalog: Catalog): Table {
  const columns = ["path_a", "path_b", "distance", "match"];
  if (pairs.secondDistance) columns.push("second_distance");
  return { columns, rows: rowsOf(pairs, catalog) };
}

function* rowsOf(pairs: MatchedPairs, { images }: Catalog): Generator<Cell[]> {
  for (let i = 0; i < pairs.count; i++) {
    const a = images[pairs.left[i]];
    const b = images[pairs.right[i]];
    const cells = [a.id, b.id, pairs.distance[i], MATCHES[pairs.match[i]]];
    yield pairs.secondDistance ? [...cells, pairs.secondDistance[i]] : cells;
  }
}
