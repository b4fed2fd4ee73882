import type { FileRecord } from "#artifacts/index-record.ts";
import { readChecked } from "#artifacts/read-checked.ts";

/** A line of JSON for each record. */
export function* jsonLines(records: Iterable<unknown>): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`;
}

/** The records of a file of the index; see `readChecked`. */
export async function readJsonLines<Row>(folder: string, file: FileRecord): Promise<Row[]> {
  const text = (await readChecked(folder, file)).toString();
  // one array is read in half the time of as many lines; a line feed within a record is written as \n
  return JSON.parse(`[${text.slice(0, -1).replaceAll("\n", ",")}]`);
}
