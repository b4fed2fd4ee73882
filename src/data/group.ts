import type { Match } from "#data/match.ts";

type Role = "keeper" | "duplicate" | "reference";

/** One image of a group, seen from its keeper and from its nearest fellow. */
export interface GroupMember {
  readonly row: number;
  readonly role: Role;
  /** L2 distance to the keeper; 0 for the keeper itself. */
  readonly distanceToKeep: number;
  readonly nearestRow: number;
  readonly nearestDistance: number;
  /** How it resembles the keeper; empty for the keeper itself. */
  readonly match: Match | "";
  /** `direct`: within the threshold of the keeper; `chain`: only through other members; empty for the keeper. */
  readonly link: "direct" | "chain" | "";
}

/** Images that hang together by pairs; the keeper stands first, then the others in row order. */
export interface Group {
  readonly id: string;
  readonly members: readonly GroupMember[];
}
