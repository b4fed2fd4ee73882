import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonRecords } from "#base/json-records.ts";
import { fromCell, toCell } from "#data/spreadsheet-cell.ts";
import { csvFiles } from "#reports/csv.ts";

test("fromCell() gives back what toCell() was given, and no cell begins as a formula", () => {
  const awkward = fc.string({ unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", "\n", "a", "＝", '"', ",") });
  fc.assert(
    fc.property(fc.oneof(awkward, fc.string({ unit: "binary" })), (text) => {
      expect(fromCell(toCell(text))).toBe(text);
      expect(toCell(text)).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
    }),
  );
});

test("csvFiles() writes BOM, CRLF and quotes so that a CSV reader gives back every cell", () => {
  const rows = [
    ["=cmd()", 1.5, undefined],
    ['quo"te, comma', 1e-7, "line\nbreak"],
    ["lone\rreturn", 0, "'=x"],
    ["中文 🐟", 123456789, " spaces "],
  ];
  const file = [...(csvFiles({ columns: ["a", "b", "c"], rows }).next().value as Iterable<string>)].join("");
  expect(file.startsWith("\ufeffa,b,c\r\n'=cmd(),1.5,\r\n")).toBe(true);
  const read = (parse(file, { bom: true }) as string[][]).slice(1).map((cells) => cells.map(fromCell));
  expect(read).toEqual(rows.map((cells) => cells.map((cell) => (cell === undefined ? "" : String(cell)))));
});

test.each([
  [0, [0]],
  [3, [3]],
  [7, [3, 3, 1]],
  [2500, [1200, 1200, 100]],
])("csvFiles() of %i rows begins a new file with a header when one is full", (count, expected) => {
  const table = { columns: ["n"], rows: Array.from({ length: count }, (_, i) => [i]) };
  const lengths: number[] = [];
  for (const file of csvFiles(table, { rowsPerFile: count > 100 ? 1200 : 3 })) {
    const lines = [...file].join("").trim().split("\r\n");
    expect(lines[0]).toBe("n");
    lengths.push(lines.length - 1);
  }
  expect(lengths).toEqual(expected);
});

test("csvFiles() refuses to begin a file before the last was taken", () => {
  const table = { columns: ["n"], rows: [[1], [2]] };
  expect(() => [...csvFiles(table)]).toThrow(/Take all chunks/);
});

test("jsonRecords() writes one record a line in valid JSON", () => {
  const text = [...jsonRecords({ schema: "x@1" }, "items", [{ a: 1 }, { a: "\n" }])].join("");
  expect(JSON.parse(text)).toEqual({ schema: "x@1", items: [{ a: 1 }, { a: "\n" }] });
  expect(text.split("\n")).toHaveLength(8);
  expect(JSON.parse([...jsonRecords({ schema: "x@1" }, "items", [])].join(""))).toEqual({ schema: "x@1", items: [] });
});
