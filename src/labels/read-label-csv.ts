import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { Label } from "#data/label.ts";
import { fromCell } from "#data/spreadsheet-cell.ts";

const COLUMNS = ["path", "label", "split"] as const;
const EXPECTED_COLUMNS = "path,label[,split]";

interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a label file: CSV, UTF-8 with or without BOM, columns `path,label[,split]` in any order; `path` is an object id. Cells that
 * were made harmless for spreadsheets, as in proposed-labels.csv, are read back.
 *
 * @returns label by object id
 * @throws PipelineError `settings` naming the file and the line: a missing column, a line of another length, an empty path or
 *   label, or a path that stands twice with different labels
 */
export async function readLabelCsv(file: string): Promise<Map<string, Label>> {
  const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true };
  const table = new LabelTable(file);
  const input = createReadStream(file);
  const parser = parse(options);
  input.on("error", (error) => parser.destroy(error));
  try {
    for await (const { record, info } of input.pipe(parser) as AsyncIterable<Line>) table.addLine(record, info.lines);
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw new PipelineError("settings", `Cannot read label file "${file}": ${messageOf(error)}`, { cause: error });
  }
  return table.finish();
}

class LabelTable {
  readonly #file: string;
  readonly #labels = new Map<string, Label>();
  readonly #lineOf = new Map<string, number>();
  #columns: readonly string[] | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  addLine(cells: readonly string[], line: number): void {
    if (this.#columns) this.#addLabel(this.#columns, cells, line);
    else this.#columns = this.#header(cells, line);
  }

  finish(): Map<string, Label> {
    if (!this.#columns) throw this.#problem(1, "an empty file", EXPECTED_COLUMNS);
    return this.#labels;
  }

  #header(cells: readonly string[], line: number): readonly string[] {
    const columns = cells.map((name) => name.trim());
    const known = columns.every((name) => (COLUMNS as readonly string[]).includes(name));
    const once = new Set(columns).size === columns.length;
    if (known && once && columns.includes("path") && columns.includes("label")) return columns;
    throw this.#problem(line, `the columns ${cells.join(",")}`, EXPECTED_COLUMNS);
  }

  #addLabel(columns: readonly string[], cells: readonly string[], line: number): void {
    if (cells.length !== columns.length) {
      throw this.#problem(line, `${cells.length} cells`, `${columns.length} as in the header`);
    }
    const [path, label, split] = COLUMNS.map((name) => fromCell(cells[columns.indexOf(name)] ?? ""));
    if (path === "" || label === "") throw this.#problem(line, "an empty path or label", "both filled in");
    const earlier = this.#labels.get(path);
    if (earlier && (earlier.label !== label || earlier.split !== split)) {
      const [now, before] = [
        [label, split],
        [earlier.label, earlier.split],
      ].map((cells) => JSON.stringify(cells.join(",")));
      const found = `${JSON.stringify(path)} as ${now} after ${before} in line ${this.#lineOf.get(path)}`;
      throw this.#problem(line, found, "one label a path");
    }
    this.#labels.set(path, { label, split });
    this.#lineOf.set(path, line);
  }

  #problem(line: number, found: string, expected: string): PipelineError {
    const where = `label file "${this.#file}", line ${line}`;
    return new PipelineError("settings", `Cannot use ${where}: found ${found}, expected ${expected}`);
  }
}
