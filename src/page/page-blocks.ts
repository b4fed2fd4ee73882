import type { GroupChange, PageFacts, PageGroup } from "#page/page-content.ts";

/** Groups of a page, and of a block of data. */
export const GROUPS_PER_PAGE = 50;
/** Candidates of a page, and of a block of data and thumbnails. */
export const CANDIDATES_PER_PAGE = 60;
/** Of the thumbnails, what candidates may have before groups get theirs. */
export const CANDIDATES_SHARE = 0.25;
/** Members of one group that have thumbnails; a film's frames may be thousands. */
export const THUMBNAILS_PER_GROUP = 100;

/** The first block: how many others there are, and what stands above them all. */
export interface PageHead {
  /** Of everything that the page shows but pictures: marks are kept under it. */
  readonly fingerprint: string;
  readonly facts: PageFacts;
  readonly groupCount: number;
  readonly candidateCount: number;
  readonly hasChanges: boolean;
  readonly maxThumbnails: number;
}

/** A group as it stands in its block. */
export interface BlockGroup extends PageGroup {
  readonly change?: GroupChange;
}

/** A JPEG in base64; null where the picture gives none. A list ends before those that were left out for their number. */
export type Thumbnail = string | null;

/** Ids of the elements that hold the data. */
export const blockIds = {
  head: "head-block",
  groups: (block: number) => `groups-block-${block}`,
  groupThumbnails: (group: number) => `group-thumbnails-${group}`,
  candidates: (block: number) => `candidates-block-${block}`,
  candidateThumbnails: (block: number) => `candidate-thumbnails-${block}`,
};
