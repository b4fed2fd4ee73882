import type { ImageCard } from "./image-card.ts";
import type { Marks } from "./marks.ts";
import { Pager } from "./pager.ts";
import type { ShownItem } from "./shown-item.ts";
import { WorkSlice } from "./work-slice.ts";

/** Pictures are read when they are so near the screen. */
const NEAR = "700px 0px";

interface PagedListOptions<Item> {
  readonly list: HTMLElement;
  /** Where the buttons that turn pages stand. */
  readonly pagers: readonly HTMLElement[];
  readonly perPage: number;
  readonly build: (item: Item) => ShownItem;
  /** Called when another page is shown. */
  readonly onPage: () => void;
}

/** Shows items a page at a time. A page is built a few items at a time, and pictures are decoded when they come near the screen. */
export class PagedList<Item> {
  readonly #options: PagedListOptions<Item>;
  readonly #pagers: readonly Pager[];
  readonly #near = new IntersectionObserver((entries) => this.#showNear(entries), { rootMargin: NEAR });
  readonly #itemOf = new WeakMap<Element, ShownItem>();
  #items: readonly Item[] = [];
  #onPage: readonly Item[] = [];
  #shown: ShownItem[] = [];
  #building: object | undefined;
  page = 0;

  constructor(options: PagedListOptions<Item>) {
    this.#options = options;
    this.#pagers = options.pagers.map((place) => new Pager(place, (page) => this.turnTo(page)));
  }

  get perPage(): number {
    return this.#options.perPage;
  }

  get pageCount(): number {
    return Math.max(1, Math.ceil(this.#items.length / this.#options.perPage));
  }

  get cards(): readonly ImageCard[] {
    return this.#shown.flatMap(({ cards }) => cards);
  }

  get shown(): readonly ShownItem[] {
    return this.#shown;
  }

  /** `51–100 of 151`. */
  get range(): readonly [first: number, last: number, of: number] {
    const first = this.page * this.#options.perPage;
    return [first + 1, Math.min(this.#items.length, first + this.#options.perPage), this.#items.length];
  }

  /** Resolves when the page is built; pictures come after. */
  async show(items: readonly Item[], page: number): Promise<void> {
    this.#items = items;
    this.page = Math.min(Math.max(0, page), this.pageCount - 1);
    for (const pager of this.#pagers) pager.refresh(this.page, this.pageCount);
    const { perPage } = this.#options;
    const wanted = items.slice(this.page * perPage, (this.page + 1) * perPage);
    // what stands there already keeps its focus and its place
    if (isSame(wanted, this.#onPage)) return;
    this.#onPage = wanted;
    await this.#build(wanted);
  }

  async turnTo(page: number): Promise<void> {
    if (page < 0 || page >= this.pageCount || page === this.page) return;
    const built = this.show(this.#items, page);
    this.#options.onPage();
    await built;
  }

  refresh(marks: Marks): void {
    for (const item of this.#shown) item.refresh(marks);
  }

  /** The item that an element stands in. */
  itemAt(target: Element): ShownItem | undefined {
    for (let at: Element | null = target; at; at = at.parentElement) {
      const item = this.#itemOf.get(at);
      if (item) return item;
    }
    return undefined;
  }

  /** The card that an element stands in. */
  cardAt(target: Element): ImageCard | undefined {
    return this.itemAt(target)?.cards.find((card) => card.element.contains(target));
  }

  async #build(items: readonly Item[]): Promise<void> {
    const { list, build } = this.#options;
    const building = {};
    this.#building = building;
    this.#near.disconnect();
    this.#shown = [];
    list.replaceChildren();
    const slice = new WorkSlice();
    for (const item of items) {
      const shown = build(item);
      this.#itemOf.set(shown.element, shown);
      this.#shown.push(shown);
      list.append(shown.element);
      this.#near.observe(shown.element);
      await slice.pauseIfLong();
      // another page was asked for meanwhile
      if (this.#building !== building) return;
    }
  }

  #showNear(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      this.#near.unobserve(target);
      void this.#itemOf.get(target)?.showPictures();
    }
  }
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
