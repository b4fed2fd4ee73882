import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { fromCell } from "#data/spreadsheet-cell.ts";

/** The rows of a CSV report by column, text cells as they were before they were made harmless. */
export async function readReport(output: string, name: string): Promise<Record<string, string>[]> {
  const content = await readFile(join(output, "reports", `${name}.csv`));
  const rows = parse(content, { bom: true, columns: true }) as Record<string, string>[];
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([column, cell]) => [column, fromCell(cell)])));
}

/** The paths of each group, keeper first. */
export async function readGroups(output: string): Promise<string[][]> {
  const groups = new Map<string, string[]>();
  for (const { group_id, path } of await readReport(output, "groups")) {
    groups.set(group_id, [...(groups.get(group_id) ?? []), path]);
  }
  return [...groups.values()];
}
