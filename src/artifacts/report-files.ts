import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { WrittenReport } from "#artifacts/edited-reports.ts";
import { makeFolder } from "#artifacts/make-folder.ts";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { Table } from "#data/table.ts";
import { csvFiles } from "#reports/csv.ts";

/** Writes `name.csv`, and `name.2.csv` and so on where the table is longer than a spreadsheet takes. */
export async function writeTable(folder: string, name: string, table: Table): Promise<WrittenReport[]> {
  const written: WrittenReport[] = [];
  for (const file of csvFiles(table)) {
    const number = written.length + 1;
    written.push(await writeReport(folder, number === 1 ? `${name}.csv` : `${name}.${number}.csv`, file));
  }
  return written;
}

/**
 * @param name with its ending; `/` stands between sub-folders and the file, whatever the system
 * @throws PipelineError `artifact` naming the place when the disk does not take it
 */
export async function writeReport(
  folder: string,
  name: string,
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<WrittenReport> {
  const path = join(folder, name);
  if (dirname(path) !== folder) await makeSubFolder(dirname(path));
  const sum = await writeWholeFile(path, chunks);
  return { name, ...sum, modified: (await stat(path)).mtimeMs };
}

async function makeSubFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    throw new PipelineError("artifact", `Cannot write to "${path}": ${messageOf(error)}`, { cause: error });
  }
}
