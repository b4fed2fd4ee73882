import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { messageOf } from "#base/pipeline-error.ts";
import type { RawRow, Sheet } from "#spreadsheets/sheet.ts";

type Value = string | number | boolean | Date | null | undefined;

const CONTENT_TYPES = "[Content_Types].xml";
const IS_XLSX = /spreadsheetml\.sheet\.main\+xml|ms-excel\.sheet\.macroEnabled\.main\+xml/;
const IS_ODS = /^application\/vnd\.oasis\.opendocument\.spreadsheet/;
const OF_ODS = ["mimetype", "META-INF/manifest.xml", "content.xml"];
/** Of all parts of an archive together; what is written here has less, pictures included. */
const MOST_UNPACKED_BYTES = 1 << 30;
/** What nothing at all may be compressed to. */
const EMPTY_BYTES = 16;
/** Rows may lie in header rows and folded groups; the library passes over those. */
const ROW_WRAPS = /<\/?table:(table-row-group|table-header-rows|table-rows)\b[^>]*>/g;

/**
 * The sheets of a workbook as .xlsx or .ods: cells as text, formulas by their last result, hidden rows and columns too.
 *
 * @throws Error saying what was found when it is another kind of archive, encrypted, damaged or too large
 */
export async function workbookSheets(bytes: Buffer): Promise<Sheet[]> {
  const parts = unpacked(bytes, [CONTENT_TYPES, ...OF_ODS]);
  // the library is large, and most runs read no workbook
  if (IS_XLSX.test(textOf(parts, CONTENT_TYPES))) return sheetsOf(await (await import("hucre/xlsx")).readXlsx(bytes));
  if (!IS_ODS.test(textOf(parts, "mimetype"))) {
    throw new Error("found an archive that is no workbook, expected .csv, .xlsx or .ods");
  }
  if (textOf(parts, "META-INF/manifest.xml").includes("encryption-data")) {
    throw new Error("found a password, expected a file without one");
  }
  const plain = {
    mimetype: parts.mimetype,
    "content.xml": strToU8(textOf(parts, "content.xml").replace(ROW_WRAPS, "")),
  };
  const { readOds } = await import("hucre/ods");
  return sheetsOf(await readOds(zipSync(plain, { level: 0 })));
}

/**
 * Unpacks parts of an archive that nobody vouches for. No part unpacks to more than the archive tells, here and in the library, except
 * those that it tells nothing of.
 */
function unpacked(archive: Uint8Array, names: readonly string[]): Record<string, Uint8Array> {
  let bytes = 0;
  try {
    return unzipSync(archive, {
      filter: ({ name, size, originalSize }) => {
        bytes += originalSize;
        if (bytes > MOST_UNPACKED_BYTES) throw new Error(`with ${name} it has ${bytes} bytes unpacked`);
        if (originalSize === 0 && size > EMPTY_BYTES) throw new Error(`${name} tells no size`);
        return names.includes(name);
      },
    });
  } catch (error) {
    throw new Error(`found a damaged zip archive (${messageOf(error)}), expected .csv, .xlsx or .ods: save it again`);
  }
}

function textOf(parts: Readonly<Record<string, Uint8Array>>, name: string): string {
  return parts[name] ? strFromU8(parts[name]) : "";
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
