import { byId, element, setState } from "../elements.ts";
import { statusText, TYPING_MS } from "../list-status.ts";
import { Pager } from "../pager.ts";
import { pathParts, visibleText } from "../visible-text.ts";
import { type GridRoute, similarHash } from "./browse-route.ts";
import { focusNextTile, focusTile, listenToArrows } from "./grid-focus.ts";
import { imageAddress } from "./image-address.ts";
import { type ListedImage, listImages, ServerProblem } from "./server-answers.ts";

/** Pictures of a page: however many images there are, the browser holds no more elements. */
const TILES_PER_PAGE = 96;
const TILE_WIDTH = 320;
/** Width through height; what is longer or taller is cut at the sides. */
const [TALLEST, WIDEST] = [0.6, 2.2];

/** Thumbnails of all images, in rows of equal height, a page at a time. */
export class GridView {
  readonly #all: number;
  readonly #onRoute: (route: GridRoute) => void;
  readonly #tiles = byId("tiles", HTMLElement);
  readonly #field = byId("browse-search", HTMLInputElement);
  readonly #pagers: readonly Pager[];
  #shown: GridRoute | undefined;
  #pageCount = 1;
  #asked = new AbortController();
  #typing: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param all how many images there are
   * @param onRoute called with what a person asks for
   */
  constructor(all: number, onRoute: (route: GridRoute) => void) {
    this.#all = all;
    this.#onRoute = onRoute;
    this.#pagers = ["browse-pager", "browse-pager-below"].map(
      (id) => new Pager(byId(id, HTMLElement), (page) => this.#turnTo(page)),
    );
    this.#field.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => onRoute({ view: "grid", page: 0, query: this.#field.value }), TYPING_MS);
    });
    byId("browse-form", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
    this.#field.addEventListener("keydown", ({ key }) => {
      if (key === "Enter") this.#tiles.querySelector<HTMLElement>("a")?.focus();
    });
    listenToArrows(this.#tiles);
    this.#tiles.addEventListener("click", (event) => {
      // the images of another page are on their way
      if (this.#tiles.ariaBusy === "true") event.preventDefault();
    });
  }

  /** Resolves when the page is built; what stands there already stays. */
  async show(route: GridRoute): Promise<void> {
    this.#asked.abort();
    this.#asked = new AbortController();
    if (this.#shown?.page === route.page && this.#shown.query === route.query) {
      return setState(this.#tiles, "aria-busy", undefined);
    }
    const { signal } = this.#asked;
    if (document.activeElement !== this.#field) this.#field.value = route.query;
    setState(this.#tiles, "aria-busy", "true");
    try {
      const asked = { offset: route.page * TILES_PER_PAGE, limit: TILES_PER_PAGE, query: route.query };
      const { total, images } = await listImages(asked, signal);
      this.#shown = route;
      this.#build(route, total, images);
    } catch (error) {
      if (signal.aborted) return;
      this.#sayProblem(error instanceof ServerProblem ? error.message : String(error));
    }
    setState(this.#tiles, "aria-busy", undefined);
  }

  /** Gives the focus to the tile of an image, if it is on the page. */
  focus(objectId: string): void {
    focusTile(this.#tiles, similarHash(objectId));
  }

  takeKey(key: string): boolean {
    if (key === "j" || key === "h") return focusNextTile(this.#tiles, key === "j" ? 1 : -1);
    if (key === "[" || key === "]") return this.#turnBy(key === "]" ? 1 : -1);
    return false;
  }

  #turnBy(step: 1 | -1): true {
    const page = (this.#shown?.page ?? 0) + step;
    if (page >= 0 && page < this.#pageCount) this.#turnTo(page);
    return true;
  }

  #turnTo(page: number): void {
    this.#onRoute({ view: "grid", page, query: this.#shown?.query ?? "" });
    byId("browse-status", HTMLElement).scrollIntoView({ block: "nearest" });
  }

  #build({ page, query }: GridRoute, total: number, images: readonly ListedImage[]): void {
    this.#pageCount = Math.max(1, Math.ceil(total / TILES_PER_PAGE));
    for (const pager of this.#pagers) pager.refresh(page, this.#pageCount);
    const first = page * TILES_PER_PAGE;
    const range = [first + 1, first + images.length, total] as const;
    byId("browse-status", HTMLElement).textContent = statusText(
      { range, pageCount: this.#pageCount },
      query === "" ? total : this.#all,
      "image",
    );
    byId("browse-empty", HTMLElement).hidden = images.length > 0;
    byId("browse-empty", HTMLElement).textContent =
      total > 0
        ? "There are not so many pages."
        : query === ""
          ? "The index has no images."
          : "No image has that in its name.";
    this.#tiles.replaceChildren(...images.map(tile));
    focusNextTile(this.#tiles, 0);
  }

  #sayProblem(problem: string): void {
    this.#shown = undefined;
    this.#tiles.replaceChildren();
    byId("browse-status", HTMLElement).textContent = "";
    byId("browse-empty", HTMLElement).hidden = false;
    byId("browse-empty", HTMLElement).textContent = problem;
  }
}

function tile({ objectId, width, height }: ListedImage): HTMLElement {
  const [folders, name] = pathParts(objectId);
  const picture = element("img", {
    src: imageAddress(objectId, TILE_WIDTH),
    alt: "",
    loading: "lazy",
    decoding: "async",
    ...(width > 0 ? { width: String(width), height: String(height) } : {}),
  });
  const frame = element("span", { class: "tile-picture" }, picture);
  picture.addEventListener("error", () =>
    frame.replaceChildren(element("span", { class: "no-picture" }, "No picture")),
  );
  const link = element(
    "a",
    {
      class: "tile",
      href: similarHash(objectId),
      tabindex: "-1",
      title: visibleText(objectId),
      "aria-label": visibleText(objectId),
    },
    frame,
    element(
      "span",
      { class: "tile-name", dir: "auto" },
      element("span", { class: "folders" }, folders),
      element("span", { class: "name" }, name),
    ),
  );
  const item = element("li", {}, link);
  const ratio = width > 0 && height > 0 ? Math.min(WIDEST, Math.max(TALLEST, width / height)) : 1;
  item.style.setProperty("--ratio", ratio.toFixed(4));
  return item;
}
