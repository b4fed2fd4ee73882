import type { PageHead } from "#page/page-blocks.ts";
import type { PageContent } from "#page/page-content.ts";

/** What the page says of the index that the server answers from. */
export interface ServedIndex {
  readonly images: number;
  readonly metric: "l2" | "cosine";
  /** Left out where vectors came without a model: the page then offers no search by picture. */
  readonly model?: string | undefined;
  /** Whether the page offers to look among references alone. */
  readonly hasReferences: boolean;
}

/** The reports of the latest run. */
export interface ServedReports extends Pick<PageContent, "groups" | "candidates" | "changes"> {
  readonly head: Omit<PageHead, "maxThumbnails">;
}

export interface ServedContent {
  readonly index: ServedIndex;
  /** Undefined where there are none yet, or none for these vectors: the page then has but the one view of all images. */
  readonly reports: ServedReports | undefined;
}

/** The first block of the page. */
export interface ServedHead extends PageHead {
  readonly index: ServedIndex;
  readonly hasReports: boolean;
}
