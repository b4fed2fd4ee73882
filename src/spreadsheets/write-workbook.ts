import type { ColumnDef, ConditionalRule, SheetImage, WriteSheet } from "hucre";
import { orderedMap } from "#base/ordered-map.ts";
import { DECISIONS } from "#data/decision.ts";
import { toCell } from "#data/spreadsheet-cell.ts";
import type { Cell, Table } from "#data/table.ts";

/** JPEG of an image by its object id, of the proportions of PICTURE_CELL; undefined where there is none. */
type PictureOf = (path: string) => Promise<Uint8Array | undefined>;

export interface WorkbookOptions {
  /** What the sheet is called. */
  readonly sheet: string;
  /** With it, a column `picture` stands in front, with the picture of the image in column `path`. */
  readonly pictureOf?: PictureOf;
  /** Pictures of one file; rows beyond have none. */
  readonly mostPictures?: number;
  /** Rows of one file. */
  readonly rowsPerFile?: number;
}

/** Widths are in digits of this font. LibreOffice has one of the same metrics everywhere; with another, cells and pictures are stretched. */
const FONT = { name: "Arial", size: 10 };
/** Pixels of the cells that pictures fill. */
export const PICTURE_CELL = { width: 144, height: 108 };
const PICTURE_COLUMN: ColumnDef = { width: 19.86 };
const PICTURE_ROW_POINTS = 81;
const HEADER_POINTS = 33;
const PICTURES_AT_ONCE = 8;

/** A file is put together in memory, about 15 KB a row with its picture; people do not go through more in one sheet. */
const ROWS_PER_FILE = 50_000;
/** Beyond so many, spreadsheets take minutes to open a file. */
const MOST_PICTURES = 20_000;
/** What OOXML takes for a character that XML cannot hold; the library writes it as it stands. */
const LOOKS_ESCAPED = /_(?=x[0-9A-Fa-f]{4}_)/g;
/** Spreadsheets hold no more in a cell. */
const MOST_CHARACTERS = 32_767;

/** In characters; other columns get the last. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ path: 44, keep_path: 44, nearest_path: 32, note: 40 },
  ...{ distance_to_keep: 18, nearest_distance: 18, sha256: 38, group_id: 20, decision: 17, match: 13 },
  ...{ label: 16, suggested_label: 17, other: 12 },
};
/** What the reviewer fills in. */
const REVIEWER_COLUMNS = ["decision", "note"];
const fill = (rgb: string) => ({ type: "pattern", pattern: "solid", fgColor: { rgb } }) as const;
const HEADER_STYLE = { font: { bold: true, color: { rgb: "FFFFFF" } }, fill: fill("2F4858") };
const alignment = { vertical: "center", wrapText: true } as const;

/** The zip's own time and that of the document's making: the same content gives the same bytes. */
const MADE = new Date(Date.UTC(2000, 0, 1));

/**
 * Writes a table as workbooks (.xlsx), with a frozen header, filters, a choice of decisions, the rows of keepers in bold and, if asked for,
 * pictures. Text is written as text and made harmless as in CSV reports, so that it stays so when it is saved as CSV. The same table and
 * pictures give the same bytes.
 *
 * @yields each file as a whole
 */
export async function* workbookFiles(table: Table, options: WorkbookOptions): AsyncGenerator<Uint8Array> {
  // it is large, and most runs write no workbook
  const { writeXlsx } = await import("hucre/xlsx");
  const { rowsPerFile = ROWS_PER_FILE } = options;
  const rows = table.rows[Symbol.iterator]();
  let next = rows.next();
  do {
    const some: (readonly Cell[])[] = [];
    for (; some.length < rowsPerFile && !next.done; next = rows.next()) some.push(next.value);
    const sheet = await sheetOf(table.columns, some, options);
    yield await writeXlsx({ sheets: [sheet], defaultFont: FONT, properties: { created: MADE, modified: MADE } });
  } while (!next.done);
}

async function sheetOf(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  { sheet, pictureOf, mostPictures = MOST_PICTURES }: WorkbookOptions,
): Promise<WriteSheet> {
  const names = pictureOf ? ["picture", ...columns] : [...columns];
  const area = `A1:${columnLetters(names.length - 1)}${rows.length + 1}`;
  const height = pictureOf ? { height: PICTURE_ROW_POINTS } : {};
  const lines = rows.map((cells) => [...(pictureOf ? [null] : []), ...cells.map(sheetValue)]);
  return {
    name: sheet,
    columns: names.map((name, i) => (pictureOf && i === 0 ? PICTURE_COLUMN : columnOf(name))),
    rows: [names, ...lines],
    cells: new Map(names.map((value, i) => [`0,${i}`, { value, style: { ...HEADER_STYLE, alignment } }])),
    rowDefs: new Map([[0, { height: HEADER_POINTS }], ...rows.map((_, i) => [i + 1, height] as const)]),
    freezePane: { rows: 1, columns: Number(pictureOf !== undefined) },
    autoFilter: { range: area },
    dataValidations: choiceOf(names, rows.length),
    conditionalRules: keeperRule(names, area),
    pageSetup: { orientation: "landscape", fitToPage: true, fitToWidth: 1, fitToHeight: 0 },
    images: pictureOf ? await picturesOf(columns, rows.slice(0, mostPictures), pictureOf) : [],
  };
}

function sheetValue(cell: Cell): string | number | null {
  if (cell === undefined || cell === "") return null;
  return typeof cell === "number" ? cell : toCell(cell).slice(0, MOST_CHARACTERS).replace(LOOKS_ESCAPED, "_x005F_");
}

/** Text that is edited stays text, whatever it looks like. */
function columnOf(name: string): ColumnDef {
  const isReviewers = REVIEWER_COLUMNS.includes(name);
  const isText =
    isReviewers || !/^(rank|group_size|width|height|bytes|.*(distance|radius|distance_to_keep))$/.test(name);
  // text would touch the number on its left
  const text = { numFmt: "@", alignment: { ...alignment, horizontal: "left", indent: 1 } } as const;
  const style = { alignment, ...(isText ? text : {}), ...(isReviewers ? { fill: fill("FFF8E1") } : {}) };
  return { width: WIDTHS[name] ?? WIDTHS.other, style };
}

function choiceOf(names: readonly string[], rowCount: number): NonNullable<WriteSheet["dataValidations"]> {
  const place = names.indexOf("decision");
  if (place === -1) return [];
  const letters = columnLetters(place);
  const range = `${letters}2:${letters}${Math.max(2, rowCount + 1)}`;
  const errorMessage = `${DECISIONS.join(", ")} or nothing`;
  const choice = { values: [...DECISIONS], allowBlank: true, showErrorMessage: true };
  return [{ type: "list", range, ...choice, errorTitle: "decision", errorMessage }];
}

/** Groups begin with their keeper, which a person sees wherever rows were sorted to. */
function keeperRule(names: readonly string[], range: string): ConditionalRule[] {
  const place = names.indexOf("role");
  if (place === -1) return [];
  const formula = `$${columnLetters(place)}1="keeper"`;
  return [{ type: "expression", priority: 1, formula, range, style: { font: { bold: true }, fill: fill("DCE8F2") } }];
}

/** A picture fills the first cell of its row, so that it moves, sorts, hides and goes with it. */
async function picturesOf(
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  pictureOf: PictureOf,
): Promise<SheetImage[]> {
  const place = columns.indexOf("path");
  const images: SheetImage[] = [];
  let row = 0;
  const read = async (cells: readonly Cell[]) => ({
    path: String(cells[place]),
    data: await pictureOf(String(cells[place])),
  });
  for await (const { path, data } of orderedMap(rows, PICTURES_AT_ONCE, read)) {
    row++;
    const anchor = { from: { row, col: 0 }, to: { row: row + 1, col: 1 } };
    if (data) images.push({ data, type: "jpeg", anchor, altText: path });
  }
  return images;
}

/** A, B, … Z, AA, … of columns from 0. */
function columnLetters(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnLetters(Math.floor(column / 26) - 1) + letter;
}
