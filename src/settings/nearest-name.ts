import { closest } from "fastest-levenshtein";

/** ` (did you mean "…"?)` for the nearest known name, or all of them when there are few; ready to follow the wrong one. */
export function didYouMean(wrong: string, known: readonly string[]): string {
  return known.length === 0 ? "" : ` (did you mean "${closest(wrong, known)}"?)`;
}
