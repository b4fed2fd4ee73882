import type { ImageCard } from "./image-card.ts";
import type { Marks } from "./marks.ts";

/** One entry of a paged list: a group, or a candidate. */
export interface ShownItem {
  readonly element: HTMLElement;
  readonly cards: readonly ImageCard[];
  /** Shows what is decided now. */
  refresh(marks: Marks): void;
  /** Reads and shows its pictures; called when it comes near the screen. */
  showPictures(): Promise<void>;
}
