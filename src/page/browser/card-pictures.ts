import type { IndexedGroup } from "./indexed-group.ts";

/** What a server has of an image beside the picture of its card. */
export interface CardLinks {
  /** Where what is like it is shown. */
  readonly similar?: string;
  /** A larger picture. */
  readonly large?: string;
}

/** Where pictures of cards come from: from the page itself, or from a server. */
export interface CardPictures {
  /** Addresses of the members' pictures, in their order; null where a picture gave none, and the list ends before those that were left out. */
  ofGroup(group: IndexedGroup): Promise<readonly (string | null)[]>;
  /** As `ofGroup`, of the candidates of a block; the one of rank 1 is the first of block 0. */
  ofCandidates(block: number): Promise<readonly (string | null)[]>;
  linksOf(path: string): CardLinks;
}
