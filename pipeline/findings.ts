import type { ChosenBy } from "#artifacts/stored-groups.ts";
import type { Candidate } from "#data/candidate.ts";
import type { Group } from "#data/group.ts";
import type { UnreadableImage } from "#data/image-record.ts";
import type { GroupChange } from "#data/known-group.ts";
import type { LabelChecks } from "#data/label-checks.ts";
import type { MatchedPairs } from "#data/pair-list.ts";
import type { Catalog } from "#reports/catalog.ts";
import type { Thumbnails } from "./thumbnails.ts";

/** What a run has found out, for its reports. */
export interface Findings {
  readonly catalog: Catalog;
  /** Rows are ranks, in pairs, groups and candidates alike. */
  readonly pairs: MatchedPairs;
  readonly groups: readonly Group[];
  readonly changes: readonly GroupChange[];
  readonly candidates: readonly Candidate[];
  /** What they were chosen by and from; see `selectionOf`. */
  readonly chosenBy: ChosenBy;
  readonly checks: LabelChecks;
  readonly unreadable: readonly UnreadableImage[];
  /** Small pictures for those reports that show some. */
  readonly thumbnails: Thumbnails;
  /** How near was near. */
  readonly measure: { readonly threshold: number; readonly secondModel: string | undefined };
}
