import type { Cell, Table } from "#data/table.ts";
import { stylesPart } from "#spreadsheets/cell-styles.ts";
import { type PictureOf, pictureParts } from "#spreadsheets/picture-parts.ts";
import { type SheetLayout, sheetArea, sheetXml } from "#spreadsheets/sheet-part.ts";
import { fixedParts, SHEET_PART, workbookPart } from "#spreadsheets/workbook-parts.ts";
import { type ZipPart, zipArchive } from "#spreadsheets/zip-writer.ts";

export interface WorkbookOptions {
  /** What the sheet is called. */
  readonly sheet: string;
  /** With it, a column `picture` stands in front, with the thumbnail of the image in column `path`. */
  readonly pictureOf?: PictureOf;
  /** Pictures of one file; rows beyond have none. */
  readonly mostPictures?: number;
  /** Rows of one file. */
  readonly rowsPerFile?: number;
}

/** What spreadsheets hold below a header. */
const ROWS_PER_FILE = 1_048_575;
/** Beyond so many, spreadsheets take minutes to open a file; and an archive holds 65,534 parts. */
const MOST_PICTURES = 20_000;
/** Of one sheet's XML: it is read back as one text, and V8 has none of 2^29 characters. About 280,000 rows of groups. */
const MOST_CHARACTERS = 400_000_000;
/** What XML takes for a cell beside its text. */
const CHARACTERS_PER_CELL = 60;

/**
 * Writes a table as workbooks (.xlsx), with a frozen header, filters, a choice of decisions and, if asked for, pictures. Text is written
 * as text and made harmless as in CSV reports, so that it stays so when it is saved as CSV. The same table and pictures give the same
 * bytes. At no time is a file in memory as a whole.
 *
 * @yields each file's bytes; take all of one before the next
 */
export function* workbookFiles(table: Table, options: WorkbookOptions): Generator<AsyncIterable<Uint8Array>> {
  const rows = table.rows[Symbol.iterator]();
  let next = rows.next();
  let isWritten: boolean;
  do {
    isWritten = false;
    yield workbook();
    if (!isWritten) throw new Error("Take all bytes of a file before the next one");
  } while (!next.done);

  async function* workbook(): AsyncGenerator<Uint8Array> {
    yield* zipArchive(workbookParts(table.columns, rowsOfFile(), options));
    isWritten = true;
  }

  function* rowsOfFile(): Generator<readonly Cell[]> {
    let characters = 0;
    const most = options.rowsPerFile ?? ROWS_PER_FILE;
    for (let count = 0; count < most && characters < MOST_CHARACTERS && !next.done; count++, next = rows.next()) {
      yield next.value;
      for (const cell of next.value) characters += CHARACTERS_PER_CELL + (typeof cell === "string" ? cell.length : 0);
    }
  }
}

async function* workbookParts(
  columns: readonly string[],
  rows: Iterable<readonly Cell[]>,
  { sheet, pictureOf, mostPictures = MOST_PICTURES }: WorkbookOptions,
): AsyncGenerator<ZipPart> {
  const layout: SheetLayout = { columns, hasPictures: pictureOf !== undefined };
  const place = columns.indexOf("path");
  const paths: string[] = [];
  let count = 0;
  function* noted(): Generator<readonly Cell[]> {
    for (const cells of rows) {
      count++;
      if (pictureOf && paths.length < mostPictures) paths.push(String(cells[place] ?? ""));
      yield cells;
    }
  }
  yield* fixedParts(layout.hasPictures);
  yield stylesPart();
  yield { name: SHEET_PART, content: sheetXml(layout, noted()) };
  // the archive has taken all rows before it asks for more
  yield workbookPart(sheet, sheetArea(layout, count));
  if (pictureOf) yield* pictureParts(paths, pictureOf);
}
