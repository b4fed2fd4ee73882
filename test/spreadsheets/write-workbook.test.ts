import fc from "fast-check";
import { strFromU8, unzipSync } from "fflate";
import { readXlsx } from "hucre/xlsx";
import sharp from "sharp";
import { expect, test } from "vitest";
import { fromCell } from "#data/spreadsheet-cell.ts";
import type { Cell } from "#data/table.ts";
import { PICTURE_CELL, type WorkbookOptions, workbookFiles } from "#spreadsheets/write-workbook.ts";

const COLUMNS = ["group_id", "path", "keep_path", "bytes", "decision"];
const ROWS: Cell[][] = [
  ["g-1", "=cmd()", "=cmd()", 10, undefined],
  ["g-1", '_x000D_ \u0001\r\n<&>"]]>.png', "=cmd()", 1.5e-7, "drop"],
  ["g-2", "007", "007", 3, "keep"],
];

async function written(rows: Iterable<Cell[]>, options: Partial<WorkbookOptions> = {}): Promise<Buffer[]> {
  const files: Buffer[] = [];
  for await (const bytes of workbookFiles({ columns: COLUMNS, rows }, { sheet: "groups", ...options }))
    files.push(Buffer.from(bytes));
  return files;
}

function drawn(background: string): Promise<Buffer> {
  return sharp({ create: { ...PICTURE_CELL, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

function partText(file: Buffer, name: string): string {
  return strFromU8(unzipSync(file)[name]);
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
    unit: fc.constantFrom("_", "x", "0", "D", "\r", "\n", "\u0000", "💧", "<", "&", "'", "=", " ", "a"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(awkward, fc.string({ unit: "grapheme" })), { minLength: 1, maxLength: 20 }),
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

test("the rows of keepers stand out, wherever they are sorted to", async () => {
  const columns = ["role", ...COLUMNS];
  const rows = ROWS.map((cells, i) => [i === 1 ? "duplicate" : "keeper", ...cells]);
  for await (const file of workbookFiles({ columns, rows }, { sheet: "groups" })) {
    const { sheets } = await readXlsx(file);
    const [rule] = sheets[0].conditionalRules ?? [];
    expect(rule).toMatchObject({ type: "expression", formula: '$A1="keeper"', range: "A1:F4" });
  }
});

test("each row's picture fills its first cell and moves with it, named after its image; some rows have none", async () => {
  const pictures: Record<string, Buffer> = { "=cmd()": await drawn("red"), "007": await drawn("blue") };
  const rows: Cell[][] = [...ROWS, ["g-2", "=cmd()", "007", 1, undefined]];
  const [file] = await written(rows, { pictureOf: async (path) => pictures[path] });
  const drawing = partText(file, "xl/drawings/drawing1.xml");
  const anchors = [...drawing.matchAll(/<xdr:twoCellAnchor.*?<\/xdr:twoCellAnchor>/g)].map(([anchor]) => anchor);
  expect(anchors.map((anchor) => [...anchor.matchAll(/<xdr:(?:row|col)>(\d+)</g)].map(([, at]) => Number(at)))).toEqual(
    [
      [0, 1, 1, 2],
      [0, 3, 1, 4],
      [0, 4, 1, 5],
    ],
  );
  expect(anchors[1]).toContain('descr="007"');
  const { sheets } = await readXlsx(file);
  expect(sheets[0].rows[0]).toEqual(["picture", ...COLUMNS]);
});

test("rows beyond the most pictures have none", async () => {
  const picture = await drawn("blue");
  const asked: string[] = [];
  const pictureOf = async (path: string) => {
    asked.push(path);
    return picture;
  };
  await written(ROWS, { pictureOf, mostPictures: 2 });
  expect(asked).toEqual([ROWS[0][1], ROWS[1][1]]);
});

test("the same rows and pictures give the same bytes", async () => {
  const picture = await drawn("green");
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
