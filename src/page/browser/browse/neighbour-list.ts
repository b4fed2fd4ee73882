import { element } from "../elements.ts";
import { distanceText } from "../number-text.ts";
import { pathParts, visibleText } from "../visible-text.ts";
import type { MapNeighbour } from "./map-tile.ts";

/** The neighbours of a map in words: name and distance of each, the nearest first. */
export function neighbourRows(neighbours: readonly MapNeighbour[]): HTMLElement[] {
  return neighbours.map((neighbour, place) => element("li", {}, row(neighbour, place)));
}

function row({ objectId, distance, link, picture, isCopy }: MapNeighbour, place: number): HTMLElement {
  const [folders, name] = pathParts(objectId);
  const image = element("img", {
    src: picture,
    alt: "",
    loading: "lazy",
    decoding: "async",
    width: "56",
    height: "56",
  });
  image.addEventListener("error", () => image.remove());
  return element(
    "a",
    { href: link, class: "neighbour-row", "data-place": String(place), title: visibleText(objectId) },
    element("span", { class: "row-picture" }, image),
    element(
      "span",
      { class: "row-name", dir: "auto" },
      element("span", { class: "name" }, name),
      element("span", { class: "folders" }, folders),
    ),
    element(
      "span",
      { class: "row-distance" },
      element("span", {}, distanceText(distance)),
      ...(isCopy ? [element("span", { class: "chip", "data-chip": "change" }, "same group")] : []),
    ),
  );
}
