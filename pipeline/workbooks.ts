import type { WrittenReport } from "#artifacts/edited-reports.ts";
import { writeReport } from "#artifacts/report-files.ts";
import type { Table } from "#data/table.ts";
import { letterbox } from "#images/letterbox.ts";
import { PICTURE_CELL, workbookFiles } from "#spreadsheets/write-workbook.ts";
import type { Thumbnails } from "./thumbnails.ts";

/** Writes `name.xlsx`, and `name.2.xlsx` and so on where the table is long. */
export async function writeWorkbooks(
  folder: string,
  name: string,
  table: Table,
  thumbnails: Thumbnails,
): Promise<WrittenReport[]> {
  const { width, height } = PICTURE_CELL;
  const pictureOf = async (path: string) => {
    const jpeg = thumbnails.of(path);
    return jpeg && letterbox(jpeg, width, height);
  };
  const written: WrittenReport[] = [];
  for await (const file of workbookFiles(table, { sheet: name, pictureOf, mostPictures: thumbnails.most })) {
    const number = written.length + 1;
    written.push(await writeReport(folder, number === 1 ? `${name}.xlsx` : `${name}.${number}.xlsx`, [file]));
  }
  return written;
}
