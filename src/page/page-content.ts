import type { Match } from "#data/match.ts";
import type { CandidateRecord, MemberRecord } from "#data/report-records.ts";

/** A member of groups.json; what a person decided earlier stands in `decision` and `note`. */
export interface PageMember extends MemberRecord {
  readonly label: string;
  readonly suggested_label: string;
  /** The labeled image that it comes from, and how far that is; null where nothing is suggested. */
  readonly suggested_label_from: string | null;
  readonly suggested_label_distance: number | null;
  readonly split: string;
}

/** A record of groups.json. */
export interface PageGroup {
  readonly group_id: string;
  readonly diameter: number;
  readonly diameter_is: "exact" | "at least";
  /** The keeper first. */
  readonly members: readonly PageMember[];
}

/** A record of candidates.json. */
export interface PageCandidate extends CandidateRecord {
  readonly nearest_labeled_distance: number | null;
  readonly nearest_chosen_distance: number | null;
  readonly coverage_radius: number;
  readonly group_id: string;
  readonly group_size: number;
}

export type GroupChange = "new" | "grown" | "shrunk" | "merged" | "split";

/** How many pairs lie in each step of distance: step i is [i × width, (i + 1) × width). */
export interface DistanceHistogram {
  readonly width: number;
  readonly counts: Readonly<Record<Match, readonly number[]>>;
}

/** What the page says of the run as a whole. */
export interface PageFacts {
  readonly threshold: number;
  readonly counts: {
    readonly images: number;
    readonly groups: number;
    readonly duplicates: number;
    readonly candidates: number;
  };
  /** See `distanceHistogram`. */
  readonly pairDistances: DistanceHistogram;
  /** Name of the model that measured the candidates, where it is not the one that found the groups. */
  readonly secondModel?: string;
}

export interface PageContent {
  readonly facts: PageFacts;
  /** Called more than once, so that not all records need be in memory; the same records each time. */
  readonly groups: () => Iterable<PageGroup> | AsyncIterable<PageGroup>;
  /** As `groups`. */
  readonly candidates: () => Iterable<PageCandidate> | AsyncIterable<PageCandidate>;
  /** What happened to a group since the run before, by its id; left out, or `new` for all, where there was none. */
  readonly changes?: ReadonlyMap<string, GroupChange> | undefined;
  /** A JPEG, longer side at most 160 pixels; undefined where the picture gives none. */
  readonly thumbnail: (path: string) => Promise<Uint8Array | undefined>;
  /** How many thumbnails the file may hold, 4 to 6 KB each. */
  readonly maxThumbnails: number;
}
