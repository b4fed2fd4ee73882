import { byId, setState } from "../elements.ts";
import { sizeLine } from "../group-section.ts";
import type { IndexedGroup } from "../indexed-group.ts";
import { distanceText, numberOf } from "../number-text.ts";
import type { Review } from "../review.ts";
import { pathParts } from "../visible-text.ts";
import { browseHash, COUNTS, type MapRoute, type PictureRoute } from "./browse-route.ts";
import { type Centre, Centres } from "./centre.ts";
import { CentrePanel } from "./centre-panel.ts";
import { copyText } from "./copy-text.ts";
import { imageAddress } from "./image-address.ts";
import { MapDrawing } from "./map-drawing.ts";
import { type MapNeighbour, neighbourLabel, TILE_WIDTH } from "./map-tile.ts";
import { focusNextNeighbour, listenToNeighbours } from "./neighbour-focus.ts";
import { neighbourRows } from "./neighbour-list.ts";
import type { ServedData } from "./served-data.ts";
import { knownSize, ServerProblem, type SimilarImage, similarToImage, similarToPicture } from "./server-answers.ts";
import { Trail } from "./trail.ts";

/** From this width of the window on, there is room for 24 neighbours. */
const WIDE = "(min-width: 720px)";
const PROBLEM_OF_LOST =
  "This picture was given to another tab, or some time ago, and is no longer here: give it again.";

type Count = (typeof COUNTS)[number];

/** An image and its neighbours: as a map, in words, and what is known of the image in the middle. */
export class MapView {
  readonly #data: ServedData;
  readonly #review: Review;
  readonly #centres = new Centres();
  readonly #drawing = new MapDrawing();
  readonly #panel: CentrePanel;
  readonly #trail = new Trail(this.#centres);
  readonly #count = byId("map-count", HTMLSelectElement);
  readonly #references = byId("map-references", HTMLInputElement);
  readonly #rows = byId("neighbours", HTMLElement);
  readonly #body = byId("map-body", HTMLElement);
  /** What is drawn, what the server found for it, and the group that it is in. */
  #centre: Centre | undefined;
  #found: readonly SimilarImage[] = [];
  #group: IndexedGroup | undefined;
  #neighbours: readonly MapNeighbour[] = [];
  #asked = new AbortController();
  #route: MapRoute | undefined;
  /** False for the first map of a page, whose focus belongs to its top. */
  #isWalking = false;
  /** The image of the index that was in the middle last. */
  shownId: string | undefined;

  constructor(data: ServedData, review: Review) {
    this.#data = data;
    this.#review = review;
    this.#panel = new CentrePanel(data, review);
    byId("map-references-label", HTMLElement).hidden = !data.served.index.hasReferences;
    const choose = () => {
      if (!this.#route) return;
      const count = Number(this.#count.value) as Count;
      location.hash = browseHash({ ...this.#route, count, referenceOnly: this.#references.checked });
    };
    this.#count.addEventListener("change", choose);
    this.#references.addEventListener("change", choose);
    byId("copy-link", HTMLButtonElement).addEventListener("click", () => void this.#copyLink());
    listenToNeighbours((place) => this.#sayNeighbour(place));
  }

  /** Takes a picture that a person gave; its map has the address that is returned. */
  give(picture: File): PictureRoute {
    return { view: "picture", number: this.#centres.add(picture), count: undefined, referenceOnly: false };
  }

  /** Resolves when the map is drawn, or it is said why there is none. */
  async show(route: MapRoute): Promise<void> {
    this.#asked.abort();
    this.#asked = new AbortController();
    this.#route = { ...route, count: route.count ?? (matchMedia(WIDE).matches ? 24 : 12) };
    this.#count.value = String(this.#route.count);
    this.#references.checked = route.referenceOnly;
    byId("copy-link", HTMLElement).hidden = route.view === "picture";
    const centre = this.#centres.of(route);
    this.#trail.goTo(this.#route);
    this.shownId = centre?.objectId;
    const name = centre ? pathParts(centre.name)[1] : "a picture";
    document.title = `${name} – twinsift`;
    byId("browse-title", HTMLElement).textContent = `Like ${name}`;
    if (!centre) return this.#sayProblem(PROBLEM_OF_LOST);
    this.#panel.show(centre);
    const { signal } = this.#asked;
    setState(this.#body, "aria-busy", "true");
    try {
      this.#found = await this.#ask(this.#route, signal);
      this.#centre = centre;
      this.#draw();
      if (this.#isWalking) this.#drawing.focusCentre();
      this.#isWalking = true;
    } catch (error) {
      if (signal.aborted) return;
      this.#sayProblem(error instanceof ServerProblem ? error.message : String(error));
    }
    setState(this.#body, "aria-busy", undefined);
    await this.#addFacts(centre, signal);
  }

  /** Lets go of the map; what is shown next begins a new way. */
  leave(): void {
    this.#isWalking = true;
    if (!this.#route) return;
    this.#asked.abort();
    this.#route = undefined;
    this.#centre = undefined;
    this.shownId = undefined;
    this.#trail.leave();
    this.#drawing.clear();
    this.#rows.replaceChildren();
  }

  refresh(): void {
    if (!this.#route) return;
    this.#panel.refresh();
    // the group of the image may have been read meanwhile
    if (this.#centre && this.#groupOf(this.#centre) !== this.#group) this.#draw();
  }

  takeKey(key: string): boolean {
    switch (key) {
      case "j":
      case "ArrowRight":
        return focusNextNeighbour(1);
      case "h":
      case "ArrowLeft":
        return focusNextNeighbour(-1);
      case "Backspace":
        history.back();
        return true;
      case "k":
        return this.#panel.decide("keep");
      case "d":
        return this.#panel.decide("drop");
      case "n":
        return this.#panel.decide("not-duplicate");
      case "u":
        return this.#panel.decide("");
      default:
        return false;
    }
  }

  async #ask(route: MapRoute, signal: AbortSignal): Promise<readonly SimilarImage[]> {
    const { count = COUNTS[0], referenceOnly } = route;
    if (route.view === "picture") {
      const given = this.#centres.given(route.number);
      return given ? similarToPicture(given.file, count, referenceOnly, signal) : [];
    }
    // the image itself is among them, though not first where others are the same
    const found = await similarToImage(route.objectId, count + 1, referenceOnly, signal);
    return found.filter(({ objectId }) => objectId !== route.objectId).slice(0, count);
  }

  #draw(): void {
    const centre = this.#centre;
    if (!centre) return;
    this.#sayProblem("");
    const { count, referenceOnly = false } = this.#route ?? {};
    this.#group = this.#groupOf(centre);
    const members = new Set(this.#group?.group.members.map(({ path }) => path));
    this.#neighbours = this.#found.map(({ objectId, distance }) => ({
      objectId,
      distance,
      link: browseHash({ view: "image", objectId, count: count as Count, referenceOnly }),
      picture: imageAddress(objectId, TILE_WIDTH),
      isCopy: members.has(objectId),
    }));
    const { hasReports, index, facts } = this.#data.served;
    const threshold = hasReports && index.metric === "l2" ? facts.threshold : 0;
    const { key, name } = centre;
    this.#drawing.draw({
      ...{ key, name, threshold, neighbours: this.#neighbours },
      picture: centre.picture(TILE_WIDTH),
    });
    this.#rows.replaceChildren(...neighbourRows(this.#neighbours));
    this.#rows.scrollTop = 0;
    byId("map-status", HTMLElement).textContent = this.#status(referenceOnly);
    this.#sayNeighbour(undefined);
  }

  #groupOf({ objectId }: Centre): IndexedGroup | undefined {
    return objectId === undefined ? undefined : this.#data.groupOf(objectId);
  }

  /** Pixels and bytes, where the reports do not tell them. */
  async #addFacts({ objectId }: Centre, signal: AbortSignal): Promise<void> {
    if (objectId === undefined || this.#panel.isReviewed) return;
    const size = await knownSize(objectId, signal).catch(() => undefined);
    if (size && !signal.aborted) this.#panel.sayFacts(sizeLine(size));
  }

  #sayNeighbour(place: number | undefined): void {
    const { metric } = this.#data.served.index;
    const neighbour = place === undefined ? undefined : this.#neighbours[place];
    const measure = metric === "cosine" ? "1 − cosine" : "distance";
    const ring = this.#drawing.hasThreshold ? "; the dashed one is the threshold" : "";
    const copies = this.#neighbours.some(({ isCopy }) => isCopy) ? "; framed ones are of the same group" : "";
    byId("map-caption", HTMLElement).textContent =
      neighbour && place !== undefined
        ? neighbourLabel(neighbour, place)
        : `Rings show the ${measure}${ring}${copies}.`;
  }

  #sayProblem(problem: string): void {
    this.#body.hidden = problem !== "";
    byId("map-problem", HTMLElement).hidden = problem === "";
    byId("map-problem", HTMLElement).textContent = problem;
    if (problem === "") return;
    this.#drawing.clear();
    this.#centre = undefined;
    this.#neighbours = [];
    this.#rows.replaceChildren();
    byId("map-status", HTMLElement).textContent = "";
    byId("map-caption", HTMLElement).textContent = "";
  }

  async #copyLink(): Promise<void> {
    if (!this.#route) return;
    const link = new URL(browseHash(this.#route), location.href).href;
    const isCopied = await copyText(link);
    this.#review.announcer.say(isCopied ? "Link copied" : `The browser does not let it be copied: ${link}`);
  }

  /** `24 images, the nearest at 0.120`. */
  #status(referenceOnly: boolean): string {
    const noun = referenceOnly ? "reference" : "image";
    const all = this.#neighbours.length;
    if (all === 0) return `The index has no other ${noun}.`;
    const room = this.#drawing.count < all ? `; the map has room for ${this.#drawing.count}` : "";
    return `${numberOf(all, noun)}, the nearest at ${distanceText(this.#neighbours[0].distance)}${room}`;
  }
}
