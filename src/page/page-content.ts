import type { Decision } from "#data/decision.ts";
import type { GroupRole } from "#data/group.ts";
import type { Match } from "#data/match.ts";

/** An image of a group as groups.json tells it; what a person decided earlier stands in `decision` and `note`. */
export interface PageMember {
  readonly role: GroupRole;
  readonly path: string;
  readonly keep_path: string;
  /** Plain L2, as all distances here. */
  readonly distance_to_keep: number;
  readonly nearest_path: string;
  readonly nearest_distance: number;
  readonly match: Match | "";
  readonly link: "direct" | "chain" | "";
  readonly label: string;
  readonly suggested_label: string;
  readonly split: string;
  /** Pixels; 0 where features came without pictures. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Empty where features came without pictures. */
  readonly sha256: string;
  readonly decision: Decision | "";
  readonly note: string;
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
export interface PageCandidate {
  readonly rank: number;
  readonly path: string;
  readonly nearest_labeled_path: string | null;
  readonly nearest_labeled_distance: number | null;
  readonly nearest_chosen_path: string | null;
  readonly nearest_chosen_distance: number | null;
  readonly coverage_radius: number;
  readonly group_id: string;
  readonly group_size: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Empty where features came without pictures. */
  readonly sha256: string;
  readonly decision: Decision | "";
  readonly note: string;
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
