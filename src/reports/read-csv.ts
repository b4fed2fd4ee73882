import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { fromCell } from "#data/spreadsheet-cell.ts";

interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads chosen columns of a CSV file with a header, as this program or a spreadsheet writes it: UTF-8 with or without BOM, cells that were
 * made harmless read back. Other columns are passed over.
 *
 * @yields the cells of a line, in the order of `columns`
 * @throws PipelineError `input` naming the file, the line, and what was expected
 */
export async function* readCsv(file: string, columns: readonly string[]): AsyncGenerator<string[]> {
  const input = createReadStream(file);
  const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
  input.on("error", (error) => parser.destroy(error));
  let places: number[] | undefined;
  try {
    for await (const { record, info } of input.pipe(parser) as AsyncIterable<Line>) {
      if (places) {
        if (record.length <= Math.max(...places)) {
          throw problem(file, info.lines, `${record.length} cells`, `the columns ${columns.join(",")}`);
        }
        yield places.map((place) => fromCell(record[place]));
      } else {
        places = columns.map((column) => record.map((name) => name.trim()).indexOf(column));
        if (places.includes(-1)) {
          throw problem(file, info.lines, `the columns ${record.join(",")}`, `${columns.join(",")} among them`);
        }
      }
    }
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new PipelineError("input", `Cannot read "${file}": ${messageOf(error)}`, { cause: error });
  }
  if (!places) throw problem(file, 1, "an empty file", `the columns ${columns.join(",")}`);
}

function problem(file: string, line: number, found: string, expected: string): PipelineError {
  return new PipelineError("input", `Cannot use "${file}", line ${line}: found ${found}, expected ${expected}`);
}
