import { readFile } from "node:fs/promises";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { csvSheets } from "#spreadsheets/csv-sheet.ts";
import { type Columns, columnsOf, columnsText, type SheetKind } from "#spreadsheets/header.ts";
import type { RawRow, Sheet } from "#spreadsheets/sheet.ts";
import { workbookSheets } from "#spreadsheets/workbook-sheets.ts";

/** A row that is not blank. */
export interface SheetRow {
  /** As the spreadsheet numbers it; 1 is most often the header. */
  readonly line: number;
  /** Text by column name; columns that the sheet does not have are absent. */
  readonly cells: Readonly<Record<string, string | undefined>>;
}

export interface SheetTable {
  readonly kind: SheetKind;
  readonly rows: readonly SheetRow[];
  /** False: the file's encoding had to be guessed, and what is not ASCII may have been lost or taken for something else. */
  readonly isSure: boolean;
}

const ZIP = Buffer.from("PK\u0003\u0004");
/** What .xls begins with, and workbooks with a password too. */
const COMPOUND = Buffer.from("d0cf11e0a1b11ae1", "hex");

/**
 * Reads a table that a spreadsheet saved: .csv, .tsv or .txt in its many dialects, .xlsx or .ods, known by content. Of several sheets it is
 * the first that has the columns of a kind; they are found by name, wherever they stand, and others are passed over.
 *
 * @param kinds the first whose columns are all there is it
 * @throws PipelineError `input` naming the file, the row where there is one, what was found and what was expected
 */
export async function readSpreadsheet(file: string, kinds: readonly SheetKind[]): Promise<SheetTable> {
  try {
    const sheets = await sheetsOf(await readFile(file));
    const { sheet, header, columns } = await sheetOfKind(sheets, kinds);
    const rows: SheetRow[] = [];
    for await (const row of sheet.rows()) {
      if (row.line === header.line) continue;
      rows.push({ line: row.line, cells: cellsOf(row, columns, sheet.isStrict ? header.cells.length : Infinity) });
    }
    return { kind: columns.kind, rows, isSure: sheet.isSure };
  } catch (error) {
    const reason = messageOf(error);
    const begin = /^(row|found)/.test(reason) ? `Cannot use "${file}": ` : `Cannot read "${file}": `;
    throw new PipelineError("input", begin + reason, { cause: error });
  }
}

async function sheetsOf(bytes: Buffer): Promise<Sheet[]> {
  if (bytes.subarray(0, ZIP.length).equals(ZIP)) return workbookSheets(bytes);
  if (bytes.subarray(0, COMPOUND.length).equals(COMPOUND)) {
    throw new Error(
      "found an old .xls or a workbook with a password, expected .csv, .xlsx or .ods without one: save it as such",
    );
  }
  return csvSheets(bytes);
}

async function sheetOfKind(
  sheets: readonly Sheet[],
  kinds: readonly SheetKind[],
): Promise<{ sheet: Sheet; header: RawRow; columns: Columns }> {
  const headers: RawRow[] = [];
  let fault: unknown;
  for (const sheet of sheets) {
    const header = await firstRow(sheet).catch((error: unknown) => {
      fault ??= error;
      return undefined;
    });
    if (!header) continue;
    headers.push(header);
    const columns = columnsOf(header.cells, kinds);
    if (columns) return { sheet, header, columns };
  }
  const widest = headers.reduce<RawRow | undefined>(
    (a, b) => (a && a.cells.length >= b.cells.length ? a : b),
    undefined,
  );
  if (fault && (widest?.cells.length ?? 0) <= 1) throw fault;
  throw new Error(columnsText(widest?.cells ?? [], kinds));
}

async function firstRow(sheet: Sheet): Promise<RawRow | undefined> {
  for await (const row of sheet.rows()) return row;
  return undefined;
}

/** @param width cells beyond it are no one's, and a sign of damage */
function cellsOf({ line, cells }: RawRow, { places }: Columns, width: number): Record<string, string> {
  if (cells.length > width && cells.slice(width).some((cell) => cell.trim() !== "")) {
    throw new Error(`row ${line}: found ${cells.length} cells, expected ${width} as in the header`);
  }
  const byName: Record<string, string> = {};
  for (const [name, place] of places) byName[name] = cells[place] ?? "";
  return byName;
}
