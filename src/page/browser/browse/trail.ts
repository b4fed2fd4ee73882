import { byId, element } from "../elements.ts";
import { pathParts } from "../visible-text.ts";
import { browseHash, browseRouteOf, type MapChoice, type MapRoute } from "./browse-route.ts";
import type { Centres } from "./centre.ts";
import { TILE_WIDTH } from "./map-tile.ts";

/** Steps that are shown. */
const MOST_STEPS = 7;

/** The way that led to a map: the steps before it, each kept with its place in the browser's history. */
export class Trail {
  readonly #centres: Centres;
  /** The bare addresses of the steps before. */
  #steps: readonly string[] = [];
  #current: string | undefined;

  constructor(centres: Centres) {
    this.#centres = centres;
  }

  /** Goes on to a map, or to one that the browser's history has. */
  goTo(route: MapRoute): void {
    const bare = bareHash(route);
    const kept = keptSteps();
    this.#steps = kept ?? stepsTo(bare, this.#current === undefined ? [] : [...this.#steps, this.#current]);
    this.#current = bare;
    if (!kept) history.replaceState({ steps: this.#steps }, "");
    this.#show(route);
  }

  /** What is looked at next begins a new way. */
  leave(): void {
    this.#current = undefined;
  }

  #show(route: MapRoute): void {
    const items = this.#steps.slice(-MOST_STEPS).flatMap((step) => this.#item(browseRouteOf(step), route));
    byId("trail", HTMLElement).replaceChildren(...items, ...this.#item(route, route, true));
  }

  /** Nothing for a picture that is no longer there. */
  #item(route: ReturnType<typeof browseRouteOf>, choice: MapChoice, isCurrent = false): HTMLElement[] {
    if (!route || route.view === "grid") return [];
    const centre = this.#centres.of(route);
    if (!centre) return [];
    const { count, referenceOnly } = choice;
    const [, name] = pathParts(centre.name);
    const picture = element("img", { src: centre.picture(TILE_WIDTH), alt: "", width: "36", height: "36" });
    picture.addEventListener("error", () => picture.remove());
    const link = element(
      "a",
      {
        href: browseHash({ ...route, count, referenceOnly }),
        title: name,
        "aria-label": name,
        "aria-current": isCurrent ? "page" : undefined,
      },
      picture,
    );
    return [element("li", {}, link)];
  }
}

/** Back at a step, the way ends there. */
function stepsTo(hash: string, steps: readonly string[]): readonly string[] {
  const at = steps.indexOf(hash);
  return at < 0 ? steps : steps.slice(0, at);
}

function keptSteps(): readonly string[] | undefined {
  const { steps } = Object(history.state) as { steps?: unknown };
  return Array.isArray(steps) && steps.every((step) => typeof step === "string") ? steps : undefined;
}

function bareHash(route: MapRoute): string {
  return browseHash({ ...route, count: undefined, referenceOnly: false });
}
