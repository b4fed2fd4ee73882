import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import type { PipelineError } from "#base/pipeline-error.ts";
import { fromCell } from "#data/spreadsheet-cell.ts";
import { labelProblem, unreadableLabels } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { SharedLabels } from "#labels/shared-labels.ts";

const COLUMNS = ["path", "label", "split"] as const;
const EXPECTED_COLUMNS = "path,label[,split]";

interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Reads a label file: CSV, UTF-8 with or without BOM, columns `path,label[,split]` in any order; `path` is an object id. An empty
 * label is one that is not known yet. Cells that were made harmless for spreadsheets, as in reports, are read back.
 *
 * @throws PipelineError `settings` naming the file and the line: a missing column, a line of another length, an empty path, or a
 *   path that stands twice with different labels
 */
export async function readLabelCsv(file: string): Promise<LabelSet> {
  const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true };
  const table = new LabelTable(file);
  const input = createReadStream(file);
  const parser = parse(options);
  input.on("error", (error) => parser.destroy(error));
  try {
    for await (const { record, info } of input.pipe(parser) as AsyncIterable<Line>) table.addLine(record, info.lines);
  } catch (error) {
    throw unreadableLabels(file, error);
  }
  return { file, claims: table.finish(), notes: [] };
}

class LabelTable {
  readonly #file: string;
  readonly #claims = new Map<string, LabelClaim>();
  readonly #known = new SharedLabels();
  #columns: readonly string[] | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  addLine(cells: readonly string[], line: number): void {
    if (this.#columns) this.#addLabel(this.#columns, cells, line);
    else this.#columns = this.#header(cells, line);
  }

  finish(): LabelClaim[] {
    if (!this.#columns) throw this.#problem(1, "an empty file", EXPECTED_COLUMNS);
    return [...this.#claims.values()];
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
    if (path === "") throw this.#problem(line, "an empty path", "an object id");
    const earlier = this.#claims.get(path);
    if (earlier && (earlier.label.label !== label || earlier.label.split !== split)) {
      const [now, before] = [
        [label, split],
        [earlier.label.label, earlier.label.split],
      ].map((cells) => JSON.stringify(cells.join(",")));
      const found = `${JSON.stringify(path)} as ${now} after ${before} in ${earlier.place}`;
      throw this.#problem(line, found, "one label a path");
    }
    if (earlier) return;
    const place = `line ${line}`;
    this.#claims.set(path, { name: path, nameIs: "object-id", label: this.#known.of(label, split), place });
  }

  #problem(line: number, found: string, expected: string): PipelineError {
    return labelProblem(this.#file, `line ${line}`, found, expected);
  }
}
