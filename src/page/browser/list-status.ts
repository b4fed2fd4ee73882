import { countText, numberOf } from "./number-text.ts";
import type { PagedList } from "./paged-list.ts";

/** After the latest letter of a search, before it is made. */
export const TYPING_MS = 120;

/** `151 groups, 51–100 here` or `3 of 151 groups`. */
export function statusText(
  { range: [first, last, found], pageCount }: Pick<PagedList<never>, "range" | "pageCount">,
  all: number,
  noun: string,
): string {
  const count = found === all ? numberOf(found, noun) : `${countText(found)} of ${numberOf(all, noun)}`;
  return pageCount === 1 ? count : `${count}, ${countText(first)}–${countText(last)} here`;
}
