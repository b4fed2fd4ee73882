import { didYouMean } from "#base/nearest-name.ts";
import { DECISIONS, type Decision } from "#data/decision.ts";
import { fromCell } from "#data/spreadsheet-cell.ts";

/** What an export writes where an earlier decision was cleared. */
const WITHDRAWN = "undecided";
/** Blanks, low lines, and what spreadsheets make of hyphens. */
const SEPARATORS = /[ \u00a0\u202f\t\r\n_\-\u00ad\u2010-\u2015\u2212]+/g;

export interface DecisionWord {
  readonly decision: Decision | "";
  /** An earlier decision was taken back. */
  readonly isWithdrawn: boolean;
}

/**
 * Understands the cell of a decision, whatever its case, blanks and hyphens.
 *
 * @returns what is wrong with it where it says something else
 */
export function decisionWord(cell: string): DecisionWord | string {
  const word = fromCell(cell).toLowerCase().replace(SEPARATORS, "-").replace(/^-|-$/g, "");
  if (word === "") return { decision: "", isWithdrawn: false };
  if (word === WITHDRAWN) return { decision: "", isWithdrawn: true };
  const decision = DECISIONS.find((known) => known === word);
  if (decision) return { decision, isWithdrawn: false };
  const known = [...DECISIONS, WITHDRAWN];
  const expected = `expected ${known.join(", ")} or nothing${didYouMean(word, known)}`;
  return `found the decision ${JSON.stringify(cell)}, ${expected}`;
}
