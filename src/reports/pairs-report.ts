import { MATCHES } from "#data/match.ts";
import type { MatchedPairs } from "#data/pair-list.ts";
import type { Catalog } from "#reports/catalog.ts";
import type { Cell, Table } from "#reports/csv.ts";

/** pairs.csv: every pair within the threshold, in id order. */
export function pairsTable(pairs: MatchedPairs, catalog: Catalog): Table {
  return { columns: ["path_a", "path_b", "distance", "match"], rows: rowsOf(pairs, catalog) };
}

function* rowsOf(pairs: MatchedPairs, { images }: Catalog): Generator<Cell[]> {
  for (let i = 0; i < pairs.count; i++) {
    const a = images[pairs.left[i]];
    const b = images[pairs.right[i]];
    yield [a.id, b.id, pairs.distance[i], MATCHES[pairs.match[i]]];
  }
}
