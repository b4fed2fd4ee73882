import type { CandidatesView } from "./candidates-view.ts";
import type { ChartsView } from "./charts-view.ts";
import { byId, setState } from "./elements.ts";
import type { GroupsView } from "./groups-view.ts";
import type { PagedList } from "./paged-list.ts";
import type { ReviewData } from "./review-data.ts";
import { hashOf, type Route, routeOf, VIEWS, type View } from "./route.ts";

/** A view that is no part of the report; its section is `<name>-view`, its link `<name>-link`. */
export interface OtherView {
  readonly name: string;
  isNamedBy(hash: string): boolean;
  /** Shows what the address names. */
  show(hash: string): void;
}

interface Views {
  readonly groups: GroupsView;
  readonly candidates: CandidatesView;
  readonly charts: ChartsView;
}

/** Shows the view and the page that the address names, and lets the address follow, so that the browser's back button turns pages. */
export class Router {
  readonly #views: Views;
  readonly #data: ReviewData;
  readonly #shown = new Set<View>();
  /** Undefined while the other view is shown. */
  view: View | undefined = "groups";
  /** Shown too where no view is named. */
  other: OtherView | undefined;

  constructor(views: Views, data: ReviewData) {
    this.#views = views;
    this.#data = data;
    addEventListener("hashchange", () => void this.#follow());
  }

  /** The list of the view that is shown; undefined where it has none. */
  get list(): PagedList<unknown> | undefined {
    if (this.view === undefined || this.view === "charts") return undefined;
    return this.#views[this.view].list as PagedList<unknown>;
  }

  /** Shows what there is while the browser still reads the rest. */
  showFirst(): void {
    void this.#showNamed();
  }

  /** Shows what the first view could not, now that all records are there; what it shows already stays. */
  showWhole(): void {
    this.#shown.clear();
    if (this.view) void this.#show(this.#wanted());
  }

  async goTo(view: View): Promise<void> {
    const page = view === "charts" ? 0 : this.#views[view].list.page;
    this.#name({ view, page });
    await this.#show({ view, page });
  }

  /** Lets the address name the page that is shown now, and the reader begin at its top. */
  notePage(): void {
    if (!this.view) return;
    this.#name({ view: this.view, page: this.list?.page ?? 0 });
    byId(`${this.view}-status`, HTMLElement).scrollIntoView({ block: "nearest" });
  }

  #name(route: Route): void {
    const hash = hashOf(route);
    if (hash !== hashOf(this.#wanted())) location.hash = hash;
  }

  #wanted(): Route {
    const view = this.#data.head.groupCount === 0 && this.#data.head.candidateCount > 0 ? "candidates" : "groups";
    return routeOf(location.hash) ?? { view, page: 0 };
  }

  async #follow(): Promise<void> {
    const { hash } = location;
    // what names no view is a place in the page, such as that of the skip link
    if (hash === "" || routeOf(hash) || this.other?.isNamedBy(hash)) await this.#showNamed();
  }

  async #showNamed(): Promise<void> {
    const { hash } = location;
    if (!this.other || (routeOf(hash) && !this.other.isNamedBy(hash))) return this.#show(this.#wanted());
    this.view = undefined;
    this.#reveal(this.other.name);
    this.other.show(hash);
  }

  #reveal(view: string): void {
    for (const name of this.other ? [...VIEWS, this.other.name] : VIEWS) {
      byId(`${name}-view`, HTMLElement).hidden = name !== view;
      setState(byId(`${name}-link`, HTMLAnchorElement), "aria-current", name === view ? "page" : undefined);
    }
  }

  async #show({ view, page }: Route): Promise<void> {
    this.view = view;
    this.#reveal(view);
    if (view === "charts") this.#views.charts.show();
    else if (!this.#shown.has(view)) await this.#views[view].show(page);
    else await this.#views[view].list.turnTo(page);
    this.#shown.add(view);
  }
}
