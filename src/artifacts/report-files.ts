import { join } from "node:path";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import type { Table } from "#data/table.ts";
import { csvFiles } from "#reports/csv.ts";

/** Writes `name.csv`, and `name.2.csv` and so on where the table is longer than a spreadsheet takes. */
export async function writeTable(folder: string, name: string, table: Table): Promise<void> {
  let number = 1;
  for (const file of csvFiles(table)) {
    await writeWholeFile(join(folder, number === 1 ? `${name}.csv` : `${name}.${number}.csv`), file);
    number++;
  }
}

export async function writeJson(folder: string, name: string, chunks: Iterable<string>): Promise<void> {
  await writeWholeFile(join(folder, `${name}.json`), chunks);
}
