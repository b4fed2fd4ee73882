import type { IndexedGroup } from "./indexed-group.ts";

/** Where pictures of cards come from: from the page itself, or from a server. */
export interface CardPictures {
  /** Addresses of the members' pictures, in their order; null where a picture gave none, and the list ends before those that were left out. */
  ofGroup(group: IndexedGroup): Promise<readonly (string | null)[]>;
  /** As `ofGroup`, of the candidates of a block; the one of rank 1 is the first of block 0. */
  ofCandidates(block: number): Promise<readonly (string | null)[]>;
  /** Where what is like an image is shown; undefined where nothing can be asked. */
  similarTo(path: string): string | undefined;
}
