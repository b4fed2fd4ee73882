import { stringify } from "csv-stringify/sync";
import { toCell } from "#data/spreadsheet-cell.ts";
import type { Cell, Table } from "#data/table.ts";

/** Rows of one file; spreadsheets end at 1,048,576. */
const ROWS_PER_FILE = 1_000_000;
const ROWS_PER_CHUNK = 1000;
const BOM = "\ufeff";

/**
 * Writes a table as CSV files: UTF-8 with BOM, comma, CRLF, RFC 4180 quotes, a header in each.
 *
 * @param options.rowsPerFile after so many rows the next file begins
 * @yields each file's chunks; take all of one before the next
 */
export function* csvFiles(table: Table, options: { rowsPerFile?: number } = {}): Generator<Iterable<string>> {
  const rows = table.rows[Symbol.iterator]();
  let next = rows.next();
  let isWritten: boolean;
  do {
    isWritten = false;
    yield csvFile(options.rowsPerFile ?? ROWS_PER_FILE);
    if (!isWritten) throw new Error("Take all chunks of a file before the next one");
  } while (!next.done);

  function* csvFile(most: number): Generator<string> {
    yield BOM + format([table.columns]);
    let chunk: (readonly Cell[])[] = [];
    for (let count = 0; count < most && !next.done; count++, next = rows.next()) {
      chunk.push(next.value);
      if (chunk.length === ROWS_PER_CHUNK) {
        yield format(chunk);
        chunk = [];
      }
    }
    yield format(chunk);
    isWritten = true;
  }
}

function format(rows: readonly (readonly Cell[])[]): string {
  return stringify(rows as Cell[][], {
    record_delimiter: "windows",
    quoted_match: /[\r\n]/, // the library quotes CRLF by itself, but not a lone CR or LF
    cast: { string: toCell, number: (value) => String(value) },
  });
}
