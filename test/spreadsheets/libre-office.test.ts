import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { csvFiles } from "#reports/csv.ts";
import { couldBecome } from "#review/could-become.ts";
import { readReviewed } from "#review/read-reviewed.ts";
import { reportedImages } from "#review/reported-images.ts";
import { readSpreadsheet } from "#spreadsheets/read-spreadsheet.ts";
import { workbookFiles } from "#spreadsheets/write-workbook.ts";
import { csvFilter, hasLibreOffice, savedByLibreOffice, UTF_16 } from "../support/libre-office.ts";
import { cellsOf, groupsTableOf, type MadeReview, madeReview, writeReports } from "../support/made-review.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PATH_COLUMNS = ["path", "keep_path", "nearest_path"];

interface Said {
  readonly decision: string;
  readonly note: string;
}

/** A decision on every image that may have it, at random. */
function decided({ groups }: MadeReview): Map<string, Said> {
  const random = new SeededRandom(5);
  const said = new Map<string, Said>();
  for (const { members } of groups) {
    for (const [i, { path, role }] of members.entries()) {
      const choices =
        i === 0 ? ["keep", ""] : role === "reference" ? ["", "not-duplicate"] : ["drop", "not-duplicate", ""];
      said.set(path, { decision: random.pick(choices), note: random.pick(["", "seen twice", "two\nlines", "=1+1"]) });
    }
  }
  return said;
}

async function reviewedFiles(review: MadeReview, said: ReadonlyMap<string, Said>) {
  const folder = await temporaryFolder();
  await writeReports(folder, review);
  const csv = join(folder, "groups.csv");
  for (const chunks of csvFiles(groupsTableOf(review.groups, said))) await writeFile(csv, [...chunks].join(""));
  const picture = await sharp({ create: { width: 160, height: 90, channels: 3, background: "teal" } })
    .jpeg()
    .toBuffer();
  const xlsx = join(folder, "groups.xlsx");
  const options = { sheet: "groups", pictureOf: async () => picture };
  for await (const bytes of workbookFiles(groupsTableOf(review.groups, said), options)) await writeFile(xlsx, bytes);
  return { csv, xlsx, reported: await reportedImages(folder) };
}

/** How many cells came back as they were, and those that nobody could take for what they were. */
async function compareCells(file: string, written: readonly (readonly string[])[]) {
  const [columns, ...lines] = written;
  const { rows } = await readSpreadsheet(file, [{ name: "groups.csv", needed: columns, optional: [], without: [] }]);
  expect(rows).toHaveLength(lines.length);
  let equal = 0;
  const wrong: unknown[] = [];
  for (const [i, { cells }] of rows.entries()) {
    for (const [j, column] of columns.entries()) {
      const [before, after] = [lines[i][j], cells[column] ?? ""];
      if (before === after) equal++;
      else if (!isSame(column, before, after)) wrong.push({ row: i + 2, column, before, after });
    }
  }
  return { equal, of: lines.length * columns.length, wrong };
}

function isSame(column: string, before: string, after: string): boolean {
  if (PATH_COLUMNS.includes(column)) return couldBecome(before, after, true);
  return before !== "" && Math.abs(Number(before) - Number(after)) < 1e-12;
}

function decisionsOf(rows: Awaited<ReturnType<typeof readReviewed>>["rows"]) {
  return new Map(rows.map(({ image, decision, note }) => [image.path, { decision, note }]));
}

describe.skipIf(!hasLibreOffice)("what LibreOffice saves is read back", () => {
  test.each([
    ["xlsx", false],
    ["xlsx", true],
    ["ods", true],
    ["csv", true],
  ] as const)("groups.csv as .%s, dates and the like recognised: %s", async (kind, hasTypes) => {
    const review = madeReview(1, false);
    const said = decided(review);
    const { csv, reported } = await reviewedFiles(review, said);
    const output = kind === "csv" ? csvFilter({ delimiter: ";" }) : undefined;
    const saved = await savedByLibreOffice(csv, kind, {
      input: csvFilter({ hasTypes }),
      ...(output ? { output } : {}),
    });
    const { equal, of, wrong } = await compareCells(saved, cellsOf(groupsTableOf(review.groups, said)));
    expect(wrong).toEqual([]);
    expect(equal).toBeGreaterThan(0.85 * of);
    const { rows, gone } = await readReviewed(saved, reported);
    expect(gone).toBe(0);
    expect(decisionsOf(rows)).toEqual(said);
  });

  test.each(["xlsx", "ods", "csv"] as const)("groups.xlsx with pictures as .%s", async (kind) => {
    const review = madeReview(1, false);
    const said = decided(review);
    const { xlsx, reported } = await reviewedFiles(review, said);
    const output = kind === "csv" ? csvFilter({ delimiter: "\t", encoding: UTF_16 }) : undefined;
    const saved = await savedByLibreOffice(xlsx, kind, output ? { output } : {});
    const { equal, of, wrong } = await compareCells(saved, cellsOf(groupsTableOf(review.groups, said)));
    expect(wrong).toEqual([]);
    expect(equal).toBeGreaterThan(0.85 * of);
    expect(decisionsOf((await readReviewed(saved, reported)).rows)).toEqual(said);
  });

  test("byte-equal images whose names became one are refused, and said to be so", async () => {
    const review = madeReview(1, true);
    const { csv, reported } = await reviewedFiles(review, decided(review));
    const saved = await savedByLibreOffice(csv, "ods", { input: csvFilter({ hasTypes: true }) });
    await expect(readReviewed(saved, reported)).rejects.toThrow(
      /row 2: found "7" that may be "7" or "007", of the same sha256, expected the rows of both under their own names; row 3/,
    );
  });
});
