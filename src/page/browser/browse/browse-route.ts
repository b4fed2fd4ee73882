import { encodedId } from "./image-address.ts";

/** How many neighbours a map may be asked for. */
export const COUNTS = [12, 24, 48] as const;

export interface MapChoice {
  /** Neighbours that are asked for; undefined where the address leaves it to the page. */
  readonly count: number | undefined;
  readonly referenceOnly: boolean;
}

/** A page of the grid, 0 the first, of images whose id holds the query. */
export interface GridRoute {
  readonly view: "grid";
  readonly page: number;
  readonly query: string;
}

/** What is like an image of the index. */
interface ImageRoute extends MapChoice {
  readonly view: "image";
  readonly objectId: string;
}

/** What is like a picture that a person gave: the number says which, in this browser tab alone. */
export interface PictureRoute extends MapChoice {
  readonly view: "picture";
  readonly number: number;
}

export type MapRoute = ImageRoute | PictureRoute;
export type BrowseRoute = GridRoute | MapRoute;

/** `#browse/3?q=cat`, `#similar/a/b.jpg?n=24&references=1`, `#picture/1`; undefined for an address that names none of them. */
export function browseRouteOf(hash: string): BrowseRoute | undefined {
  const [, name, rest = "", search = ""] = /^#(browse|similar|picture)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(hash) ?? [];
  const parameters = new URLSearchParams(search);
  if (name === "browse") {
    const page = /^\d{1,9}$/.test(rest) ? Math.max(0, Number(rest) - 1) : 0;
    return { view: "grid", page, query: parameters.get("q") ?? "" };
  }
  const count = COUNTS.find((known) => String(known) === parameters.get("n"));
  const choice = { count, referenceOnly: parameters.get("references") === "1" };
  if (name === "picture")
    return /^\d{1,9}$/.test(rest) ? { view: "picture", number: Number(rest), ...choice } : undefined;
  const objectId = name === "similar" ? decoded(rest) : undefined;
  return objectId ? { view: "image", objectId, ...choice } : undefined;
}

export function browseHash(route: BrowseRoute): string {
  if (route.view === "grid") {
    const page = route.page === 0 ? "" : `/${route.page + 1}`;
    return `#browse${page}${route.query === "" ? "" : `?${new URLSearchParams({ q: route.query })}`}`;
  }
  const parameters = new URLSearchParams();
  if (route.count !== undefined) parameters.set("n", String(route.count));
  if (route.referenceOnly) parameters.set("references", "1");
  const search = parameters.size > 0 ? `?${parameters}` : "";
  return route.view === "image"
    ? `#similar/${encodedId(route.objectId)}${search}`
    : `#picture/${route.number}${search}`;
}

/** The map of an image, with as many neighbours as fit the screen. */
export function similarHash(objectId: string): string {
  return browseHash({ view: "image", objectId, count: undefined, referenceOnly: false });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
