import type { ImageCard } from "./image-card.ts";
import type { PagedList } from "./paged-list.ts";

/** Moves the focus to the image after or before; past the end of a page to the next page. */
export async function focusNeighbour<Item>(list: PagedList<Item>, step: 1 | -1): Promise<void> {
  const cards = list.cards;
  const at = cards.findIndex(hasFocus);
  if (at < 0) {
    (cards.find(isOnScreen) ?? cards[0])?.element.focus();
    return;
  }
  const next = cards[at + step];
  if (next) next.element.focus();
  else await focusPage(list, list.page + step, step);
}

/** Moves the focus to the first image of the group after or before. */
export async function focusNeighbourItem<Item>(list: PagedList<Item>, step: 1 | -1): Promise<void> {
  const at = list.shown.findIndex(({ cards }) => cards.some(hasFocus));
  const next = list.shown[at + step];
  if (next) next.cards[0].element.focus();
  else await focusPage(list, list.page + step, step);
}

/** Turns to a page and moves the focus to its first image, or to its last when going back. */
export async function focusPage<Item>(list: PagedList<Item>, page: number, step: 1 | -1): Promise<void> {
  if (page < 0 || page >= list.pageCount) return;
  await list.turnTo(page);
  list.cards.at(step === 1 ? 0 : -1)?.element.focus();
}

function hasFocus({ element }: ImageCard): boolean {
  return element.contains(document.activeElement);
}

function isOnScreen({ element }: ImageCard): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}
