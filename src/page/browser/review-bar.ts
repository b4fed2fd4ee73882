import { byId } from "./elements.ts";
import { nothingStays, undecidedMembers } from "./mark-rules.ts";
import type { MarkStorage } from "./mark-storage.ts";
import type { Marks } from "./marks.ts";
import { countText, numberOf } from "./number-text.ts";
import type { ReviewData } from "./review-data.ts";

/** The bar below: how far the review has come, what is not exported, and what must not be forgotten. */
export class ReviewBar {
  readonly #data: ReviewData;
  readonly #marks: Marks;
  readonly #storage: MarkStorage;

  constructor(data: ReviewData, marks: Marks, storage: MarkStorage) {
    this.#data = data;
    this.#marks = marks;
    this.#storage = storage;
  }

  /** What a mark changes at once. */
  refreshMarks(): void {
    byId("marks-text", HTMLElement).textContent = this.#marksText();
    byId("undo", HTMLButtonElement).disabled = !this.#marks.canUndo;
    byId("export", HTMLButtonElement).disabled = this.#marks.count === 0;
  }

  /** What takes a look at all groups. */
  refreshProgress(): void {
    const { groups, head } = this.#data;
    const decided = groups.filter(({ group }) => undecidedMembers(group, this.#marks).length === 0).length;
    const lost = groups.filter(({ group }) => nothingStays(group, this.#marks)).length;
    const progress = byId("progress", HTMLProgressElement);
    progress.max = Math.max(1, head.groupCount);
    progress.value = decided;
    byId("progress-text", HTMLElement).textContent =
      `${countText(decided)} of ${numberOf(head.groupCount, "group")} decided`;
    byId("lost", HTMLButtonElement).hidden = lost === 0;
    byId("lost", HTMLButtonElement).textContent = `${numberOf(lost, "group")} would lose every image`;
  }

  #marksText(): string {
    const { count, isExported } = this.#marks;
    if (count === 0) return "Nothing marked yet";
    const kept = this.#storage.isKept ? "" : ", and this browser keeps none";
    return `${numberOf(count, "mark")}, ${isExported ? "exported" : `not exported yet${kept}`}`;
  }
}
