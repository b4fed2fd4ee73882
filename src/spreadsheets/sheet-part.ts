import { DECISIONS } from "#data/decision.ts";
import { toCell } from "#data/spreadsheet-cell.ts";
import type { Cell } from "#data/table.ts";
import { type CellFormat, cellStyle, HEADER_STYLE } from "#spreadsheets/cell-styles.ts";
import { HEAD, MAIN, RELATIONS } from "#spreadsheets/workbook-parts.ts";
import { xmlText } from "#spreadsheets/xml-text.ts";

/** In characters; other columns get the last. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ path: 44, keep_path: 44, nearest_path: 32, nearest_labeled_path: 32, nearest_chosen_path: 32, note: 40 },
  ...{ distance_to_keep: 18, nearest_distance: 18, nearest_labeled_distance: 18, nearest_chosen_distance: 18 },
  ...{
    sha256: 38,
    group_id: 18,
    decision: 17,
    match: 13,
    label: 16,
    suggested_label: 17,
    coverage_radius: 17,
    other: 12,
  },
};
/** What the reviewer fills in. */
const REVIEWER_COLUMNS = ["decision", "note"];
/** Spreadsheets hold no more in a cell. */
const MOST_CHARACTERS = 32_767;
const ROWS_PER_CHUNK = 200;

/** The column for pictures, of 136 pixels, in rows of 100. */
const PICTURE_COLUMN = "picture";
const PICTURE_COLUMN_WIDTH = 18.71;
const PICTURE_ROW_POINTS = 75;

export interface SheetLayout {
  readonly columns: readonly string[];
  /** Whether a column for pictures stands in front. */
  readonly hasPictures: boolean;
}

/** The cells of a sheet as `A1:T20`. */
export function sheetArea({ columns, hasPictures }: SheetLayout, rowCount: number): string {
  return `A1:${columnLetters(columns.length - 1 + Number(hasPictures))}${rowCount + 1}`;
}

/** The worksheet, row by row: frozen header, filters, a choice of decisions, every second group darker and its keeper in bold. */
export function* sheetXml(layout: SheetLayout, rows: Iterable<readonly Cell[]>): Generator<string> {
  const { columns, hasPictures } = layout;
  const names = hasPictures ? [PICTURE_COLUMN, ...columns] : columns;
  yield `${HEAD}<worksheet xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>`;
  yield `${viewXml(hasPictures)}<sheetFormatPr defaultRowHeight="15"/>${widthsXml(names)}<sheetData>`;
  const header = names.map((name, i) => textXml(`${columnLetters(i)}1`, HEADER_STYLE, name));
  yield `<row r="1" ht="33" customHeight="1">${header.join("")}</row>`;
  let count = 0;
  let chunk = "";
  const band = new GroupBand(columns);
  for (const cells of rows) {
    chunk += rowXml(count++ + 2, cells, layout, band.next(cells));
    if (count % ROWS_PER_CHUNK > 0) continue;
    yield chunk;
    chunk = "";
  }
  yield `${chunk}</sheetData>${endXml(layout, names, count)}`;
}

/** Every second group is darker; the first row of each is its keeper's. */
class GroupBand {
  readonly #place: number;
  #group: Cell;
  #isDark = true;

  constructor(columns: readonly string[]) {
    this.#place = columns.includes("keep_path") ? columns.indexOf("group_id") : -1;
  }

  next(cells: readonly Cell[]): { isDark: boolean; isBold: boolean } {
    if (this.#place === -1) return { isDark: false, isBold: false };
    const isBold = cells[this.#place] !== this.#group;
    if (isBold) this.#isDark = !this.#isDark;
    this.#group = cells[this.#place];
    return { isDark: this.#isDark, isBold };
  }
}

function rowXml(
  line: number,
  cells: readonly Cell[],
  { columns, hasPictures }: SheetLayout,
  { isDark, isBold }: { isDark: boolean; isBold: boolean },
): string {
  const first = Number(hasPictures);
  const height = hasPictures ? ` ht="${PICTURE_ROW_POINTS}" customHeight="1"` : "";
  let xml = `<row r="${line}"${height}>`;
  if (hasPictures) xml += `<c r="A${line}" s="${cellStyle("text", isDark, isBold)}"/>`;
  for (let i = 0; i < columns.length; i++) {
    const cell = cells[i];
    const place = columnLetters(i + first) + line;
    const style = cellStyle(formatOf(columns[i], cell), isDark, isBold);
    if (cell === undefined || cell === "") xml += `<c r="${place}" s="${style}"/>`;
    else
      xml +=
        typeof cell === "number"
          ? `<c r="${place}" s="${style}"><v>${cell}</v></c>`
          : textXml(place, style, toCell(cell));
  }
  return `${xml}</row>`;
}

function formatOf(column: string, cell: Cell): CellFormat {
  if (REVIEWER_COLUMNS.includes(column)) return "decision";
  return typeof cell === "number" ? "number" : "text";
}

/** A text cell, whatever the text looks like. */
function textXml(place: string, style: number, text: string): string {
  const kept = xmlText(text.slice(0, MOST_CHARACTERS));
  return `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${kept}</t></is></c>`;
}

function viewXml(hasPictures: boolean): string {
  const pane = hasPictures
    ? '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
    : '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  return `<sheetViews><sheetView workbookViewId="0" tabSelected="1">${pane}</sheetView></sheetViews>`;
}

function widthsXml(names: readonly string[]): string {
  const columns = names.map((name, i) => {
    const width = name === PICTURE_COLUMN && i === 0 ? PICTURE_COLUMN_WIDTH : (WIDTHS[name] ?? WIDTHS.other);
    return `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`;
  });
  return `<cols>${columns.join("")}</cols>`;
}

function endXml(layout: SheetLayout, names: readonly string[], rowCount: number): string {
  const place = names.indexOf("decision");
  const letters = columnLetters(place);
  const choice =
    `<dataValidations count="1"><dataValidation type="list" allowBlank="1" showErrorMessage="1" errorTitle="decision" ` +
    `error="${DECISIONS.join(", ")} or nothing" sqref="${letters}2:${letters}${Math.max(2, rowCount + 1)}">` +
    `<formula1>"${DECISIONS.join(",")}"</formula1></dataValidation></dataValidations>`;
  const area = sheetArea(layout, rowCount);
  return (
    `<autoFilter ref="${area}"/>${place === -1 ? "" : choice}` +
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>' +
    '<pageSetup orientation="landscape" fitToHeight="0"/>' +
    // else Excel offers to make numbers of ids
    `<ignoredErrors><ignoredError sqref="${area}" numberStoredAsText="1"/></ignoredErrors>` +
    `${layout.hasPictures ? '<drawing r:id="rId1"/>' : ""}</worksheet>`
  );
}

/** A, B, … Z, AA, … of columns from 0. */
function columnLetters(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : columnLetters(Math.floor(column / 26) - 1) + letter;
}
