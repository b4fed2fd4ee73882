import type { Decision } from "#data/decision.ts";
import type { GroupRole } from "#data/group.ts";
import type { Match } from "#data/match.ts";

/** What every report says of an image. */
interface ImageFacts {
  /** Object id. */
  readonly path: string;
  /** Pixels of the upright picture, and bytes of its file; 0 where features came without pictures. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Empty where features came without pictures. */
  readonly sha256: string;
  readonly decision: Decision | "";
  readonly note: string;
}

/** A member of a group, as groups.json tells it; distances are plain L2. */
export interface MemberRecord extends ImageFacts {
  readonly role: GroupRole;
  readonly keep_path: string;
  readonly distance_to_keep: number;
  readonly nearest_path: string;
  readonly nearest_distance: number;
  readonly match: Match | "";
  readonly link: "direct" | "chain" | "";
}

/** A candidate, as candidates.json tells it. */
export interface CandidateRecord extends ImageFacts {
  readonly rank: number;
  readonly nearest_labeled_path: string | null;
  readonly nearest_labeled_distance: number | null;
  readonly nearest_chosen_path: string | null;
  readonly nearest_chosen_distance: number | null;
  readonly coverage_radius: number;
}
