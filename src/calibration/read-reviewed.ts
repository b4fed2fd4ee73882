import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { readCsv } from "#reports/read-csv.ts";

/** A pair that a person has decided on. */
export interface ReviewedPair {
  readonly distance: number;
  /** `drop` says that it is a true copy, `not-duplicate` that it is none. */
  readonly isRight: boolean;
}

const OF_GROUPS = ["path", "keep_path", "distance_to_keep", "decision"];
const OF_PAIRS = ["path_a", "path_b", "distance", "decision"];

/**
 * Reads reviewed decisions: from groups.csv, a pair for each member and its keeper, or from a table of pairs. Rows without a decision, and
 * those that say something else, are not counted.
 *
 * @throws PipelineError `input` naming the file and what was expected
 */
export async function readReviewed(file: string): Promise<ReviewedPair[]> {
  const names = await columnNames(file);
  const columns = [OF_GROUPS, OF_PAIRS].find((expected) => expected.every((name) => names.includes(name)));
  if (!columns) {
    const expected = `those of a reviewed groups.csv (${OF_GROUPS.join(",")}) or of pairs (${OF_PAIRS.join(",")})`;
    throw new PipelineError(
      "input",
      `Cannot use "${file}": found the columns ${names.join(",")}, expected ${expected}`,
    );
  }
  const reviewed: ReviewedPair[] = [];
  for await (const [one, other, cell, decision] of readCsv(file, columns)) {
    const isRight = decision.trim() === "drop";
    if (one === other || !(isRight || decision.trim() === "not-duplicate")) continue;
    const distance = Number(cell);
    if (cell.trim() === "" || !(distance >= 0)) {
      const found = `found the distance "${cell}" of ${JSON.stringify(one)}`;
      throw new PipelineError("input", `Cannot use "${file}": ${found}, expected a number from 0 on`);
    }
    reviewed.push({ distance, isRight });
  }
  if (reviewed.length > 0) return reviewed;
  const expected = "expected rows whose decision is drop (a true copy) or not-duplicate (a false one)";
  throw new PipelineError("input", `Cannot use "${file}": found no reviewed pair, ${expected}`);
}

async function columnNames(file: string): Promise<string[]> {
  const input = createReadStream(file);
  const parser = parse({ bom: true, to: 1, relax_column_count: true });
  input.on("error", (error) => parser.destroy(error));
  try {
    for await (const names of input.pipe(parser) as AsyncIterable<string[]>) return names.map((name) => name.trim());
    return [];
  } catch (error) {
    throw new PipelineError("input", `Cannot read "${file}": ${messageOf(error)}`, { cause: error });
  } finally {
    input.destroy();
  }
}
