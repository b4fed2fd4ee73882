import { GROUPS_PER_PAGE } from "#page/page-blocks.ts";
import { byId } from "./elements.ts";
import { chosenGroups, type GroupFilter, type GroupOrder, NO_FILTER } from "./group-filter.ts";
import { GroupSection } from "./group-section.ts";
import type { IndexedGroup } from "./indexed-group.ts";
import { statusText, TYPING_MS } from "./list-status.ts";
import type { Marks } from "./marks.ts";
import { numberOf } from "./number-text.ts";
import { PagedList } from "./paged-list.ts";
import type { ReviewData } from "./review-data.ts";

/** The groups, with their search, filters and order. */
export class GroupsView {
  readonly list: PagedList<IndexedGroup>;
  readonly #data: ReviewData;
  readonly #marks: Marks;
  readonly #form = byId("groups-form", HTMLFormElement);
  readonly #status = byId("groups-status", HTMLElement);
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(data: ReviewData, marks: Marks, onPage: () => void) {
    this.#data = data;
    this.#marks = marks;
    this.list = new PagedList({
      list: byId("groups-list", HTMLElement),
      pagers: [byId("groups-pager", HTMLElement), byId("groups-pager-below", HTMLElement)],
      perPage: GROUPS_PER_PAGE,
      build: (indexed) => new GroupSection(indexed, data, marks),
      onPage: () => {
        this.#sayStatus();
        onPage();
      },
    });
    this.#form.hidden = data.head.groupCount === 0;
    byId("change-filter", HTMLElement).hidden = !data.head.hasChanges;
    this.#form.addEventListener("input", ({ target }) => {
      clearTimeout(this.#typing);
      const isTyped = target instanceof HTMLInputElement;
      this.#typing = setTimeout(() => this.show(0).then(onPage), isTyped ? TYPING_MS : 0);
    });
    this.#form.addEventListener("reset", () => setTimeout(() => this.show(0).then(onPage)));
    this.#form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Filters anew and shows a page; resolves when it is built. */
  show(page: number): Promise<void> {
    const { filter, order } = this.#wanted();
    const chosen = chosenGroups(this.#data.groups, filter, order, this.#marks);
    const active = Object.values(filter).filter((value) => value !== "").length;
    byId("clear-filters", HTMLButtonElement).hidden = active === 0;
    byId("groups-empty", HTMLElement).hidden = chosen.length > 0 || !this.#data.isComplete;
    byId("groups-empty", HTMLElement).textContent =
      this.#data.head.groupCount === 0
        ? "No image has a copy: there is nothing to review here."
        : "No group fits. Take a filter away, or search for less.";
    const built = this.list.show(chosen, page);
    this.#sayStatus();
    return built;
  }

  /** Shows only the groups of which nothing would stay. */
  showLost(): Promise<void> {
    this.#form.reset();
    (this.#form.elements.namedItem("state") as HTMLSelectElement).value =
      "nothing-stays" satisfies GroupFilter["state"];
    return this.show(0);
  }

  /** Shows the page that a group of the report is on, without filters. */
  showPlace(place: number): Promise<void> {
    this.#form.reset();
    return this.show(Math.floor(place / GROUPS_PER_PAGE));
  }

  refresh(): void {
    this.list.refresh(this.#marks);
  }

  #wanted(): { filter: GroupFilter; order: GroupOrder } {
    const { order, ...filter } = Object.fromEntries(new FormData(this.#form)) as Record<string, string>;
    return { filter: { ...NO_FILTER, ...filter } as GroupFilter, order: order as GroupOrder };
  }

  #sayStatus(): void {
    const { head, isComplete } = this.#data;
    this.#status.textContent = isComplete
      ? statusText(this.list, head.groupCount, "group")
      : `Reading ${numberOf(head.groupCount, "group")} …`;
  }
}
