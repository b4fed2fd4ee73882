import { byId } from "../elements.ts";
import type { Review } from "../review.ts";
import { routeOf } from "../route.ts";
import type { OtherView } from "../router.ts";
import { browseHash, browseRouteOf, type GridRoute, type MapRoute } from "./browse-route.ts";
import { listenToPictures } from "./given-pictures.ts";
import { GridView } from "./grid-view.ts";
import { MapView } from "./map-view.ts";
import type { ServedData } from "./served-data.ts";

const FIRST: GridRoute = { view: "grid", page: 0, query: "" };

/** All images of the index as a grid, and what is like one of them as a map that can be walked. */
export class BrowseView implements OtherView {
  readonly name = "browse";
  readonly #data: ServedData;
  readonly #grid: GridView;
  readonly #map: MapView;
  /** What the grid shows, or showed before the map. */
  #gridRoute = FIRST;
  #scrolled = 0;
  #isMap = false;

  constructor(data: ServedData, review: Review) {
    this.#data = data;
    this.#grid = new GridView(data.served.index.images, (route) => this.#nameGrid(route));
    this.#map = new MapView(data, review);
    const hasModel = data.served.index.model !== undefined;
    byId("picture-button", HTMLElement).hidden = !hasModel;
    byId("browse-lead", HTMLElement).textContent = hasModel
      ? "Choose an image to see what is like it, or drop a picture anywhere."
      : "Choose an image to see what is like it.";
    listenToPictures((picture) => {
      if (hasModel) location.hash = browseHash(this.#map.give(picture));
      else review.announcer.say("The index has vectors without a model: it cannot be asked for a picture.");
    });
    byId("to-grid", HTMLAnchorElement).addEventListener("click", (event) => {
      event.preventDefault();
      this.#toGrid();
    });
  }

  isNamedBy(hash: string): boolean {
    return browseRouteOf(hash) !== undefined || (!this.#data.served.hasReports && routeOf(hash) !== undefined);
  }

  show(hash: string): void {
    const route = browseRouteOf(hash) ?? FIRST;
    if (route.view === "grid") this.#showGrid(route);
    else this.#showMap(route);
  }

  /** Shows what is decided now, and the group of the image in the middle. */
  refresh(): void {
    this.#map.refresh();
  }

  /** Does what a key asks for; false where it asks for nothing here. */
  takeKey(event: KeyboardEvent, target: Element): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "g") return this.#toGrid();
    if (key === "s") return openSimilar(target);
    if (byId("browse-view", HTMLElement).hidden) return false;
    if (key === "/") return this.#search();
    return this.#isMap ? this.#map.takeKey(key) : this.#grid.takeKey(key);
  }

  #showGrid(route: GridRoute): void {
    this.#gridRoute = route;
    const left = this.#map.shownId;
    this.#reveal(false);
    void this.#grid.show(route).then(() => {
      // who went there to search goes on typing
      if (left === undefined || document.activeElement === searchField()) return;
      scrollTo(0, this.#scrolled);
      this.#grid.focus(left);
    });
  }

  #showMap(route: MapRoute): void {
    if (!this.#isMap) this.#scrolled = scrollY;
    this.#reveal(true);
    scrollTo(0, 0);
    void this.#map.show(route);
  }

  #reveal(isMap: boolean): void {
    this.#isMap = isMap;
    byId("browse-view", HTMLElement).dataset.shows = isMap ? "map" : "grid";
    byId("grid", HTMLElement).hidden = isMap;
    byId("map", HTMLElement).hidden = !isMap;
    byId("browse-lead", HTMLElement).hidden = isMap;
    if (isMap) return;
    this.#map.leave();
    document.title = "twinsift";
    byId("browse-title", HTMLElement).textContent = "All images";
  }

  /** Lets the address follow what is typed, without a step of history for each letter. */
  #nameGrid(route: GridRoute): void {
    const isTyped = route.query !== this.#gridRoute.query;
    this.#gridRoute = route;
    if (!isTyped) location.hash = browseHash(route);
    else {
      history.replaceState(history.state, "", browseHash(route));
      void this.#grid.show(route);
    }
  }

  #toGrid(): true {
    location.hash = browseHash(this.#gridRoute);
    return true;
  }

  #search(): true {
    if (this.#isMap) {
      this.#toGrid();
      // not only when the address has changed, which is a task of its own
      this.#showGrid(this.#gridRoute);
    }
    searchField().focus();
    return true;
  }
}

function searchField(): HTMLInputElement {
  return byId("browse-search", HTMLInputElement);
}

/** Follows the link of the card that has the focus. */
function openSimilar(target: Element): boolean {
  const link = target.closest(".card")?.querySelector<HTMLAnchorElement>("a.similar");
  link?.click();
  return link !== undefined && link !== null;
}
