/** An unlabeled image worth a label: farther than `dissimilar` from every labeled one. Distances are plain L2. */
export interface Candidate {
  /** 1 for the first choice. */
  readonly rank: number;
  readonly row: number;
  /** Undefined when nothing is labeled. */
  readonly nearestLabeled: Neighbour | undefined;
  /** The nearest candidate of a better rank; undefined for the first. */
  readonly nearestChosen: Neighbour | undefined;
  /** After this choice, the largest distance of any unlabeled image to what is labeled or chosen. */
  readonly coverageRadius: number;
}

interface Neighbour {
  readonly row: number;
  readonly distance: number;
}
