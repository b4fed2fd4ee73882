import type { Match } from "#data/match.ts";
import type { FileFacts } from "./file-facts.ts";

/**
 * `quarantine` moves a file away; `hardlink` replaces it by another name of a file of the same bytes that stays; `delete` removes it for
 * good.
 */
export type RemovalAction = "quarantine" | "hardlink" | "delete";

/** Why an image goes. */
interface RemovalReason {
  /** Line of the reviewed file that says so; null where its match was accepted as a whole. */
  readonly line: number | null;
  readonly groupId: string;
  /** Object id of the keeper. */
  readonly keeper: string;
  /** How it resembles the keeper; empty for the keeper itself. */
  readonly match: Match | "";
  /** L2 distance to the keeper. */
  readonly distance: number;
}

/** A file that stays and because of which another may go. */
export interface StayingFile {
  readonly id: string;
  /** Absolute, links resolved. */
  readonly path: string;
  readonly sha256: string;
  readonly facts: FileFacts;
}

/** A file that is to go. */
export interface Removal {
  /** Object id. */
  readonly id: string;
  /** Absolute; links of its folder are resolved, the file itself may be one. */
  readonly path: string;
  readonly sha256: string;
  /** As they were when its content was read. */
  readonly facts: FileFacts;
  /** Where it goes; null where it goes nowhere. */
  readonly target: string | null;
  /** With `hardlink` the file that it becomes a name of. */
  readonly stays: StayingFile;
  /** Paths of files of the same bytes that stay: it can be made anew from them. */
  readonly equals: readonly string[];
  readonly reason: RemovalReason;
}

/** A file that was to go and does not, or is gone already. */
export interface Leftover {
  readonly id: string;
  readonly path: string;
  readonly reason: string;
}

/** All that one `npm run apply` does. */
export interface RemovalPlan {
  /** Tells it from others: when it began, as it can stand in a file name. */
  readonly name: string;
  readonly action: RemovalAction;
  /** Folder that takes the files in; null where none are moved. */
  readonly quarantine: string | null;
  readonly removals: readonly Removal[];
}
