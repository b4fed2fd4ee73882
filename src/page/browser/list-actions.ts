import { DECISIONS, type Decision } from "#data/decision.ts";
import type { DetailsDialog } from "./details-dialog.ts";
import { GroupSection } from "./group-section.ts";
import type { Marks } from "./marks.ts";
import type { PagedList } from "./paged-list.ts";
import type { Reviewer } from "./reviewer.ts";

export type ListAction = Decision | "clear" | "details" | "accept" | "clear-group" | "more";

/** Does what a button or a key asks of the card or the group that an element stands in. */
export function act<Item>(
  action: ListAction,
  target: Element,
  { list, reviewer, details }: { list: PagedList<Item>; reviewer: Reviewer; details: DetailsDialog },
): void {
  const item = list.itemAt(target);
  if (item instanceof GroupSection) {
    if (action === "accept") reviewer.accept(item.indexed);
    if (action === "clear-group") reviewer.clearGroup(item.indexed);
    if (action === "more") showMore(item, reviewer.marks);
  }
  const card = list.cardAt(target);
  if (!item || !card) return;
  if (action === "clear") reviewer.clear(card);
  if (action === "details") details.open(card, item.cards[0]);
  if (isDecision(action)) reviewer.toggle(card, action);
}

/** The button may be gone then, so the focus goes on to what has come. */
function showMore(item: GroupSection, marks: Marks): void {
  const first = item.cards.length;
  item.showMore(marks);
  item.cards[first]?.element.focus();
}

/** Lets the buttons of a list act. */
export function listenToButtons(list: HTMLElement, perform: (action: ListAction, target: Element) => void): void {
  list.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLButtonElement>("button[data-action]") : null;
    if (button) perform(button.dataset.action as ListAction, button);
  });
}

function isDecision(action: string): action is Decision {
  return (DECISIONS as readonly string[]).includes(action);
}
