import { readOds } from "hucre/ods";
import { readXlsx } from "hucre/xlsx";
import type { RawRow, Sheet } from "#spreadsheets/sheet.ts";
import { unpackZip } from "#spreadsheets/zip-reader.ts";
import { type ZipPart, zipArchive } from "#spreadsheets/zip-writer.ts";

type Value = string | number | boolean | Date | null | undefined;

const CONTENT_TYPES = "[Content_Types].xml";
const IS_XLSX = /spreadsheetml\.sheet\.main\+xml|ms-excel\.sheet\.macroEnabled\.main\+xml/;
const IS_ODS = /^application\/vnd\.oasis\.opendocument\.spreadsheet/;
/** Parts of a workbook that say nothing of its cells: pictures above all. */
const NOT_CELLS =
  /\/(media|drawings|charts|embeddings|theme|pivot[^/]*|externalLinks|worksheets\/_rels)\/|\.(bin|vml)$/;
/** Rows may lie in header rows and folded groups; the library passes over those. */
const ROW_WRAPS = /<\/?table:(table-row-group|table-header-rows|table-rows)\b[^>]*>/g;

/**
 * The sheets of a workbook as .xlsx or .ods: cells as text, formulas by their last result, hidden rows and columns too.
 *
 * @throws Error saying what was found when it is another kind of archive, encrypted, damaged or too large
 */
export async function workbookSheets(bytes: Buffer): Promise<Sheet[]> {
  const parts = await unpackZip(bytes, (name) => /\.(xml|rels)$|^mimetype$/.test(name) && !NOT_CELLS.test(name));
  if (IS_XLSX.test(textOf(parts, CONTENT_TYPES))) return sheetsOf(await readXlsx(await repacked(parts)));
  if (!IS_ODS.test(textOf(parts, "mimetype"))) {
    throw new Error("found an archive that is no workbook, expected .csv, .xlsx or .ods");
  }
  if (textOf(parts, "META-INF/manifest.xml").includes("encryption-data")) {
    throw new Error("found a password, expected a file without one");
  }
  const content = Buffer.from(textOf(parts, "content.xml").replace(ROW_WRAPS, ""));
  const kept = new Map([
    ["mimetype", Buffer.from(textOf(parts, "mimetype"))],
    ["content.xml", content],
  ]);
  return sheetsOf(await readOds(await repacked(kept)));
}

/** What was unpacked within bounds, as an archive that cannot swell any more. */
async function repacked(parts: ReadonlyMap<string, Buffer>): Promise<Uint8Array> {
  const stored = Array.from(parts, ([name, content]): ZipPart => ({ name, content }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of zipArchive(stored)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function textOf(parts: ReadonlyMap<string, Buffer>, name: string): string {
  return parts.get(name)?.toString("utf8") ?? "";
}

function sheetsOf({ sheets }: { sheets: readonly { name: string; rows: readonly Value[][] }[] }): Sheet[] {
  return sheets.map(({ name, rows }) => ({ name, isSure: true, isStrict: false, rows: () => rawRows(rows) }));
}

function* rawRows(rows: readonly (readonly Value[])[]): Generator<RawRow> {
  for (const [i, values] of rows.entries()) {
    const cells = values.map(cellText);
    if (cells.some((cell) => cell !== "")) yield { line: i + 1, cells };
  }
}

function cellText(value: Value): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : dateText(value);
  return String(value);
}

function dateText(date: Date): string {
  const [day, time] = date.toISOString().slice(0, 19).split("T");
  return time === "00:00:00" ? day : `${day} ${time}`;
}
