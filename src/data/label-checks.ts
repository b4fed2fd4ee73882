import type { Match } from "#data/match.ts";
import type { MatchedPairs } from "#data/pair-list.ts";

/** Another image, how far it is (plain L2), and how it resembles this one. */
interface Evidence {
  readonly row: number;
  readonly distance: number;
  readonly match: Match;
}

/** A label for an image without one: that of the labeled images of its group, which all have the same. */
export interface LabelSuggestion {
  readonly row: number;
  readonly label: string;
  /** The nearest labeled image of the group. */
  readonly source: Evidence;
  readonly groupId: string;
}

/** A labeled image of a group whose labels differ. */
export interface LabelConflict {
  readonly row: number;
  /** The nearest image of the group that has another label. */
  readonly other: Evidence;
}

/** A group whose labels differ. */
export interface GroupConflict {
  /** Place among the groups. */
  readonly group: number;
  /** How many images have each label: most frequent first, equally frequent ones in UTF-8 order. */
  readonly labels: readonly (readonly [label: string, images: number])[];
  /** Every labeled image; those that are most likely wrong first. */
  readonly members: readonly LabelConflict[];
}

/** What labels and splits say against each other, and for images that have none; rows are ranks. */
export interface LabelChecks {
  /** Best evidence first: strongest match, then nearest. */
  readonly suggestions: readonly LabelSuggestion[];
  /** In the order of groups. */
  readonly conflicts: readonly GroupConflict[];
  /** Duplicates that lie in two splits, best evidence first. */
  readonly leaks: MatchedPairs;
  /** Split of each image so that no duplicates lie in two; empty where it has none. Shape (rows,). */
  readonly proposedSplits: readonly string[];
}
