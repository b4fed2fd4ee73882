import type { Match } from "#data/match.ts";

export type GroupRole = "keeper" | "duplicate" | "reference";

/** One image of a group, seen from its keeper and from its nearest fellow. */
export interface GroupMember {
  readonly row: number;
  readonly role: GroupRole;
  /** L2 distance to the keeper; 0 for the keeper itself. */
  readonly distanceToKeep: number;
  readonly nearestRow: number;
  readonly nearestDistance: number;
  /** How it resembles the keeper; empty for the keeper itself. */
  readonly match: Match | "";
  /** `direct`: within the threshold of the keeper; `chain`: only through other members; empty for the keeper. */
  readonly link: "direct" | "chain" | "";
}

/** Rows of a group, ascending, and which of them stays. */
export interface RowGroup {
  readonly rows: readonly number[];
  readonly keeper: number;
}

/** How far a group reaches. */
export interface GroupSpread {
  /** Largest L2 distance of two members. */
  readonly diameter: number;
  /** The member whose distances to the others are smallest in sum. */
  readonly medoidRow: number;
  /** False: of a very large group only distances to some members were measured, and the diameter may be larger. */
  readonly isExact: boolean;
}

/** A pair that a group would fall apart without. */
export interface GroupLink {
  readonly rows: readonly [number, number];
  readonly distance: number;
  readonly match: Match;
}

/** Images that hang together by pairs; the keeper stands first, then the others in row order. */
export interface UnnamedGroup {
  readonly members: readonly GroupMember[];
  readonly spread: GroupSpread;
  /** The farthest of the pairs that hold the group together. */
  readonly weakestLink: GroupLink;
}

export interface Group extends UnnamedGroup {
  /** Stays from run to run while the keeper or most of the images do. */
  readonly id: string;
}
