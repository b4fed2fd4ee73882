import { PipelineError } from "#base/pipeline-error.ts";
import { DECISIONS, type Decision } from "#data/decision.ts";
import { readCsv } from "#reports/read-csv.ts";
import { quotedName } from "#terminal/quoted-name.ts";
import type { ReviewedDecision } from "./choose-removals.ts";

/** What takes an earlier decision back. */
const WITHDRAWN = "undecided";

/**
 * Reads the decisions of a reviewed file.
 *
 * @throws PipelineError `input` naming the file, the line, and what was expected
 */
export async function readDecisions(file: string): Promise<ReviewedDecision[]> {
  const reviewed: ReviewedDecision[] = [];
  let line = 1;
  for await (const [path, cell] of readCsv(file, ["path", "decision"])) {
    line++;
    const said = cell.trim().toLowerCase();
    const isWithdrawn = said === WITHDRAWN;
    const decision = isWithdrawn || said === "" ? "" : DECISIONS.find((known) => known === said);
    if (decision === undefined) {
      const expected = `expected ${DECISIONS.join(", ")} or nothing`;
      throw new PipelineError("input", `Cannot use "${file}", row ${line}: found ${quotedName(cell)}, ${expected}`);
    }
    reviewed.push({ line, decision: decision as Decision | "", image: { path }, isWithdrawn });
  }
  return reviewed;
}
