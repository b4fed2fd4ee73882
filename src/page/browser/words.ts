import type { Decision } from "#data/decision.ts";
import type { Match } from "#data/match.ts";
import type { GroupChange } from "#page/page-content.ts";

/** What reports call by one word, said so that nobody need look it up. */
export const MATCH_WORDS: Readonly<Record<Match, { readonly name: string; readonly meaning: string }>> = {
  "same-bytes": { name: "same bytes", meaning: "equal files" },
  "same-pixels": { name: "same pixels", meaning: "equal pictures, different files" },
  copy: { name: "copy", meaning: "one is an edit of the other" },
  similar: { name: "similar", meaning: "near by their vectors alone" },
};

export const DECISION_WORDS: Readonly<
  Record<Decision, { readonly button: string; readonly meaning: string; readonly done: string }>
> = {
  keep: { button: "Keep", meaning: "it stays", done: "Kept" },
  drop: { button: "Drop", meaning: "it is not wanted", done: "Dropped" },
  "not-duplicate": { button: "Different", meaning: "not a duplicate of the keeper", done: "Different from the keeper" },
};

export const CHANGE_WORDS: Readonly<Record<GroupChange, string>> = {
  new: "new",
  grown: "grown",
  shrunk: "shrunk",
  merged: "merged",
  split: "split",
};
