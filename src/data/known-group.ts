/** A group as the latest finished run reported it. */
export interface KnownGroup {
  readonly id: string;
  /** Object ids, the keeper first. */
  readonly paths: readonly string[];
  /** Of their contents, in the same order; empty where features came without pictures. */
  readonly sha256s: readonly string[];
}

/** How a group differs from those of the latest finished run, or that it is there no more. */
export type ChangeKind = "new" | "merged" | "split" | "grown" | "shrunk" | "gone";

/** One line of what has changed. */
export interface GroupChange {
  readonly change: ChangeKind;
  /** The group as it is called now; of one that is gone, as it was. */
  readonly groupId: string;
  /** Earlier groups that it has images of. */
  readonly earlierIds: readonly string[];
  /** The image that is new, came or left; of what merged and split, the one to keep. */
  readonly path: string;
}
