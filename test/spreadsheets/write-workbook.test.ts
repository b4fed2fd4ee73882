import fc from "fast-check";
import { readXlsx } from "hucre/xlsx";
import sharp from "sharp";
import { expect, test } from "vitest";
import { fromCell } from "#data/spreadsheet-cell.ts";
import type { Cell } from "#data/table.ts";
import { jpegSize } from "#spreadsheets/jpeg-size.ts";
import { type WorkbookOptions, workbookFiles } from "#spreadsheets/write-workbook.ts";
import { unpackZip } from "#spreadsheets/zip-reader.ts";

const COLUMNS = ["group_id", "path", "keep_path", "bytes", "decision"];
const ROWS: Cell[][] = [
  ["g-1", "=cmd()", "=cmd()", 10, undefined],
  ["g-1", '_x000D_ \u0001\r\n<&>"]]>.png', "=cmd()", 1.5e-7, "drop"],
  ["g-2", "007", "007", 3, "keep"],
];

async function written(rows: Iterable<Cell[]>, options: Partial<WorkbookOptions> = {}): Promise<Buffer[]> {
  const files: Buffer[] = [];
  for (const bytes of workbookFiles({ columns: COLUMNS, rows }, { sheet: "groups", ...options })) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    files.push(Buffer.concat(chunks));
  }
  return files;
}

function drawn(width: number, height: number, background: string): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

async function partText(file: Buffer, name: string): Promise<string> {
  return (await unpackZip(file, (part) => part === name)).get(name)?.toString() ?? "";
}

test("text comes back as text and numbers as numbers", async () => {
  const [file] = await written(ROWS);
  const { sheets } = await readXlsx(file);
  expect(sheets[0].name).toBe("groups");
  const rows = sheets[0].rows.map((cells) => cells.map((cell) => (typeof cell === "string" ? fromCell(cell) : cell)));
  expect(rows).toEqual([COLUMNS, ...ROWS.map((cells) => cells.map((cell) => cell ?? null))]);
});

test("any text comes back, whatever XML holds", async () => {
  const awkward = fc.string({
    unit: fc.constantFrom("_", "x", "0", "D", "\r", "\n", "\u0000", "\ud83d", "<", "&", "'", "=", " ", "a"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(awkward, fc.string({ unit: "binary" })), { minLength: 1, maxLength: 20 }),
      async (texts) => {
        const [file] = await written(texts.map((text) => ["g", text, text, 1, undefined]));
        const { sheets } = await readXlsx(file);
        expect(sheets[0].rows.slice(1).map((cells) => fromCell(String(cells[1] ?? "")))).toEqual(texts);
      },
    ),
    { numRuns: 50 },
  );
});

test("the header is frozen, every column has a filter, and decisions are chosen from a list that lets cells be empty", async () => {
  const [file] = await written(ROWS);
  const { sheets } = await readXlsx(file);
  expect(sheets[0].freezePane).toMatchObject({ rows: 1 });
  expect(sheets[0].autoFilter).toMatchObject({ range: "A1:E4" });
  expect(sheets[0].dataValidations).toEqual([
    expect.objectContaining({
      type: "list",
      range: "E2:E4",
      values: ["keep", "drop", "not-duplicate"],
      allowBlank: true,
    }),
  ]);
});

test("keepers are bold and every second group is darker", async () => {
  const [file] = await written([...ROWS, ["g-2", "x", "007", 1, undefined]]);
  const { sheets } = await readXlsx(file, { readStyles: true });
  const styles = [1, 2, 3, 4].map((row) => sheets[0].cells?.get(`${row},1`)?.style);
  expect(styles.map((style) => style?.font?.bold === true)).toEqual([true, false, true, false]);
  const fills = styles.map((style) => JSON.stringify(style?.fill));
  expect(fills[0]).toBe(fills[1]);
  expect(fills[2]).toBe(fills[3]);
  expect(fills[0]).not.toBe(fills[2]);
});

test("each row's picture lies within its first cell, unstretched; equal ones are there once, and some rows have none", async () => {
  const pictures: Record<string, Buffer> = {
    "=cmd()": await drawn(160, 40, "red"),
    "007": await drawn(40, 160, "red"),
  };
  const rows: Cell[][] = [...ROWS, ["g-2", "=cmd()", "007", 1, undefined]];
  const [file] = await written(rows, { pictureOf: async (path) => pictures[path] });
  const media = await unpackZip(file, (name) => name.startsWith("xl/media/"));
  expect([...media.values()].map(jpegSize)).toEqual([
    { width: 160, height: 40 },
    { width: 40, height: 160 },
  ]);
  const drawing = await partText(file, "xl/drawings/drawing1.xml");
  const anchors = [...drawing.matchAll(/<xdr:twoCellAnchor.*?<\/xdr:twoCellAnchor>/g)].map(([anchor]) => anchor);
  expect(anchors).toHaveLength(3);
  for (const [i, [row, ratio]] of [
    [1, 4],
    [3, 1 / 4],
    [4, 4],
  ].entries()) {
    const [left, top, right, bottom] = [...anchors[i].matchAll(/Off>(\d+)</g)].map(([, offset]) => Number(offset));
    expect([...anchors[i].matchAll(/<xdr:row>(\d+)</g)].map(([, at]) => Number(at))).toEqual([row, row]);
    expect((right - left) / (bottom - top)).toBeCloseTo(ratio, 1);
    expect(Math.max(right / 9525 - 136, bottom / 9525 - 100)).toBeLessThanOrEqual(0);
  }
  const { sheets } = await readXlsx(file);
  expect(sheets[0].rows[0]).toEqual(["picture", ...COLUMNS]);
});

test("rows beyond the most pictures have none", async () => {
  const picture = await drawn(8, 8, "blue");
  const asked: string[] = [];
  const pictureOf = async (path: string) => {
    asked.push(path);
    return picture;
  };
  await written(ROWS, { pictureOf, mostPictures: 2 });
  expect(asked).toEqual([ROWS[0][1], ROWS[1][1]]);
});

test("the same rows and pictures give the same bytes", async () => {
  const picture = await drawn(8, 8, "green");
  const options = { pictureOf: async () => picture };
  const [[first], [second]] = [await written(ROWS, options), await written(ROWS, options)];
  expect(first.equals(second)).toBe(true);
});

test.each([
  [0, [0]],
  [4, [4]],
  [9, [4, 4, 1]],
])("a new file with a header begins when one is full: %i rows", async (count, expected) => {
  const rows = Array.from({ length: count }, (_, i): Cell[] => ["g", `${i}`, "0", i, undefined]);
  const files = await written(rows, { rowsPerFile: 4 });
  const lengths: number[] = [];
  for (const file of files) {
    const [sheet] = (await readXlsx(file)).sheets;
    expect(sheet.rows[0]).toEqual(COLUMNS);
    lengths.push(sheet.rows.length - 1);
  }
  expect(lengths).toEqual(expected);
});

test("a picture that cannot be had ends the file with its reason", async () => {
  const pictureOf = async () => {
    throw new Error("no such picture");
  };
  await expect(written(ROWS, { pictureOf })).rejects.toThrow("no such picture");
});
