import type { FileRecord } from "#artifacts/index-record.ts";
import { readChecked } from "#artifacts/read-checked.ts";

/** A line of JSON for each record. */
export function* jsonLines(records: Iterable<unknown>): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}

/** The records of a file of the index; see `readChecked`. */
export async function readJsonLines<Row>(folder: string, file: FileRecord): Promise<Row[]> {
  const lines = (await readChecked(folder, file)).toString().split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}
