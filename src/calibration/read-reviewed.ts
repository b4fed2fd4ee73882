import { PipelineError } from "#base/pipeline-error.ts";
import { cellNumber } from "#spreadsheets/cell-number.ts";
import type { SheetKind } from "#spreadsheets/header.ts";
import { readSpreadsheet } from "#spreadsheets/read-spreadsheet.ts";

/** A pair that a person has decided on. */
export interface ReviewedPair {
  readonly distance: number;
  /** `drop` says that it is a true copy, `not-duplicate` that it is none. */
  readonly isRight: boolean;
}

const GROUPS: SheetKind = {
  name: "a reviewed groups.csv",
  needed: ["path", "keep_path", "distance_to_keep", "decision"],
  optional: [],
  without: [],
};
const PAIRS: SheetKind = {
  name: "pairs",
  needed: ["path_a", "path_b", "distance", "decision"],
  optional: [],
  without: [],
};

/**
 * Reads reviewed decisions, from what a spreadsheet saved too: from groups.csv, a pair for each member and its keeper, or from a table of
 * pairs. Rows without a decision, and those that say something else, are not counted.
 *
 * @throws PipelineError `input` naming the file and what was expected
 */
export async function readReviewed(file: string): Promise<ReviewedPair[]> {
  const { kind, rows } = await readSpreadsheet(file, [GROUPS, PAIRS]);
  const reviewed: ReviewedPair[] = [];
  for (const { line, cells } of rows) {
    const [one, other, cell, decision] = kind.needed.map((column) => cells[column] ?? "");
    const isRight = decision.trim() === "drop";
    if (one === other || !(isRight || decision.trim() === "not-duplicate")) continue;
    const distance = cellNumber(cell);
    if (!(distance >= 0)) {
      const found = `row ${line}: found the distance "${cell}" of ${JSON.stringify(one)}`;
      throw new PipelineError("input", `Cannot use "${file}": ${found}, expected a number from 0 on`);
    }
    reviewed.push({ distance, isRight });
  }
  if (reviewed.length > 0) return reviewed;
  const expected = "expected rows whose decision is drop (a true copy) or not-duplicate (a false one)";
  throw new PipelineError("input", `Cannot use "${file}": found no reviewed pair, ${expected}`);
}
