import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { writeOds } from "hucre/ods";
import { writeXlsx } from "hucre/xlsx";
import { expect, test } from "vitest";
import type { SheetKind } from "#spreadsheets/header.ts";
import { readSpreadsheet } from "#spreadsheets/read-spreadsheet.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const KIND: SheetKind = { name: "groups.csv", needed: ["path", "decision"], optional: ["note"], without: ["rank"] };

async function read(content: string | Uint8Array, name = "file.csv") {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, content);
  return readSpreadsheet(file, [KIND]);
}

function zipped(parts: Record<string, string>): Buffer {
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, strToU8(part)]))));
}

test.each([
  ["commas", "path,decision\r\na,drop\r\n"],
  ["semicolons", "path;decision\r\na;drop\r\n"],
  ["tabs", "path\tdecision\r\na\tdrop\r\n"],
  ["bars", "path|decision\na|drop"],
  ["quotes", '"path";"decision"\r\n"a";"drop"\r\n'],
  ["a line that tells the delimiter", "sep=;\r\npath;decision\r\na;drop\r\n"],
  ["a byte order mark", "\ufeffpath,decision\na,drop\n"],
  ["returns alone", "path,decision\ra,drop\r"],
  ["headers in capitals, with blanks", " PATH ,\u00a0Decision\u00a0\na,drop\n"],
  ["columns moved, added and unnamed", "mine,decision,,path\n1,drop,2,a\n"],
])("a CSV with %s is understood", async (_, content) => {
  const { rows, isSure } = await read(content);
  expect(rows).toEqual([{ line: 2, cells: { path: "a", decision: "drop" } }]);
  expect(isSure).toBe(true);
});

test.each([
  ["utf16le", true],
  ["utf16le", false],
  ["utf16be", true],
  ["utf16be", false],
])("a CSV in %s is understood, with byte order mark: %s", async (encoding, hasMark) => {
  const bytes = Buffer.from(`${hasMark ? "\ufeff" : ""}path;decision\r\n中文 😀;drop\r\n`, "utf16le");
  const { rows } = await read(encoding === "utf16le" ? bytes : bytes.swap16());
  expect(rows).toEqual([{ line: 2, cells: { path: "中文 😀", decision: "drop" } }]);
});

test("bytes that are no UTF-8 are taken for Windows-1252, and that is not sure", async () => {
  const { rows, isSure } = await read(Buffer.from("path,decision\nA\u0080\u00e9,drop\n", "latin1"));
  expect(rows).toEqual([{ line: 2, cells: { path: "A€é", decision: "drop" } }]);
  expect(isSure).toBe(false);
});

test("rows have the numbers that spreadsheets show: blank ones and line ends in cells count as they do there", async () => {
  const { rows } = await read('path,decision\r\n"two\nlines",drop\r\n\r\n,,\r\nb,keep\r\n');
  expect(rows.map(({ line, cells }) => [line, cells.path])).toEqual([
    [2, "two\nlines"],
    [5, "b"],
  ]);
});

test("empty cells that Excel left out at the end of rows are empty", async () => {
  const { rows } = await read("path,decision,note\r\na\r\nb,drop\r\nc,drop,seen\r\n");
  expect(rows.map(({ cells }) => Object.values(cells))).toEqual([
    ["a", "", ""],
    ["b", "drop", ""],
    ["c", "drop", "seen"],
  ]);
});

test.each([
  ["a needed column that is missing", "path,note\na,b\n", /found the columns path,note without decision, expected/],
  ["a column that is there twice", "path,decision,Path\na,drop,b\n", /found the column path twice/],
  [
    "columns of another kind",
    "path,decision,rank\n",
    /found the columns path,decision,rank, expected those of groups\.csv/,
  ],
  ["an empty file", "", /found the columns , expected/],
  ["more cells than the header", "path,decision\na,drop,keep\n", /row 2: found 3 cells, expected 2/],
  [
    "a last line that was cut off",
    "path,note,decision\na,b,drop\nb,c",
    /row 3: found the end of the file after 2 cells/,
  ],
  ["quotes that do not end", 'path,decision\n"a,drop\n', /Quote/],
  ["NULs", "path,decision\na\u0000,drop\n", /found a NUL character/],
  ["half a character", Buffer.from("\ufeffpath,decision\n", "utf16le").subarray(0, -1), /found half a character/],
  ["an old .xls", Buffer.from("d0cf11e0a1b11ae1", "hex"), /old \.xls or a workbook with a password/],
])("%s is refused", async (_, content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});

const ROWS = [
  ["note", "decision", "path"],
  ["n", "drop", 7],
  [null, null, null],
  ["", "keep", true],
  ["", "", new Date(Date.UTC(2026, 2, 4))],
  ["", "drop", " a\nb "],
];

test.each([
  [
    "xlsx",
    () =>
      writeXlsx({
        sheets: [
          { name: "mine", rows: [["x"]] },
          { name: "groups", rows: ROWS },
        ],
      }),
  ],
  [
    "ods",
    () =>
      writeOds({
        sheets: [
          { name: "mine", rows: [["x"]] },
          { name: "groups", rows: ROWS },
        ],
      }),
  ],
])("cells of .%s are texts, from the sheet that has the columns, whatever the file is called", async (_, bytes) => {
  const { rows } = await read(await bytes(), "reviewed.csv");
  expect(rows.map(({ line, cells }) => [line, cells.path, cells.decision])).toEqual([
    [2, "7", "drop"],
    [4, "TRUE", "keep"],
    [5, "2026-03-04", ""],
    [6, " a\nb ", "drop"],
  ]);
});

test("rows of .ods that lie in folded groups and header rows are read", async () => {
  const row = (...cells: string[]) =>
    `<table:table-row>${cells.map((cell) => `<table:table-cell office:value-type="string"><text:p>${cell}</text:p></table:table-cell>`).join("")}</table:table-row>`;
  const table =
    `<table:table-header-rows>${row("path", "decision")}</table:table-header-rows>${row("a", "drop")}` +
    `<table:table-row-group table:display="false">${row("b", "keep")}<table:table-row-group>${row("c", "drop")}</table:table-row-group></table:table-row-group>`;
  const content =
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ' +
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">' +
    `<office:body><office:spreadsheet><table:table table:name="s">${table}</table:table></office:spreadsheet></office:body></office:document-content>`;
  const mimetype = "application/vnd.oasis.opendocument.spreadsheet";
  const { rows } = await read(zipped({ mimetype, "content.xml": content }));
  expect(rows.map(({ line, cells }) => [line, cells.path])).toEqual([
    [2, "a"],
    [3, "b"],
    [4, "c"],
  ]);
});

test("an archive that would swell beyond bounds is refused before it does, and so is one that tells less", async () => {
  const archive = zipped({ "xl/a.xml": "a", "xl/bomb.xml": " ".repeat(1 << 20), "[Content_Types].xml": "<x/>" });
  const first = archive.indexOf(Buffer.from("PK\u0001\u0002")) + 24;
  const second = archive.indexOf(Buffer.from("PK\u0001\u0002"), first) + 24;
  archive.writeUInt32LE(0x30000000, first);
  archive.writeUInt32LE(0x30000000, second);
  await expect(read(archive)).rejects.toThrow(/with xl\/bomb.xml it has 1610612736 bytes unpacked/);
  archive.writeUInt32LE(10, first);
  archive.writeUInt32LE(10, second);
  await expect(read(archive)).rejects.toThrow(/found an? (damaged zip )?archive/);
  archive.writeUInt32LE(0, second);
  await expect(read(archive)).rejects.toThrow(/xl\/bomb.xml tells no size/);
});

test("archives that are no workbook, damaged or encrypted are refused", async () => {
  await expect(read(zipped({ "word/document.xml": "<x/>" }))).rejects.toThrow(/archive that is no workbook/);
  const whole = Buffer.from(await writeXlsx({ sheets: [{ name: "s", rows: ROWS }] }));
  await expect(read(whole.subarray(0, whole.length / 2))).rejects.toThrow(/found a damaged zip archive/);
  const manifest = "<manifest:encryption-data/>";
  const mimetype = "application/vnd.oasis.opendocument.spreadsheet";
  await expect(read(zipped({ mimetype, "META-INF/manifest.xml": manifest }))).rejects.toThrow(/found a password/);
});
