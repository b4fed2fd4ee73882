import { svgElement } from "../elements.ts";
import { distanceText } from "../number-text.ts";
import { pathParts, visibleText } from "../visible-text.ts";

/** Pixels of the pictures on the map; those of the grid, so that a browser has them already. */
export const TILE_WIDTH = 320;
/** From this side on, a tile has room for its distance. */
const ROOM_FOR_DISTANCE = 56;
const CHARACTER = 7.2;

export interface MapNeighbour {
  readonly objectId: string;
  readonly distance: number;
  /** Where its own map is. */
  readonly link: string;
  /** Address of its picture. */
  readonly picture: string;
  /** In the same group as the image in the middle. */
  readonly isCopy: boolean;
}

/** A neighbour as a link to its own map, around the place (0, 0). */
export function neighbourTile(neighbour: MapNeighbour, place: number, side: number): SVGAElement {
  const { objectId, distance, link, picture, isCopy } = neighbour;
  const label = neighbourLabel(neighbour, place);
  const square = { x: -side / 2, y: -side / 2, width: side, height: side, rx: side * 0.13 };
  return svgElement(
    "a",
    {
      href: link,
      class: "neighbour",
      "data-place": place,
      "aria-label": label,
      ...(isCopy ? { "data-copy": "true" } : {}),
    },
    svgElement("rect", { ...square, class: "tile-ground" }),
    pictureOf(picture, side / 2, "url(#tile-shape)", objectId),
    svgElement("rect", { ...square, class: "tile-edge" }),
    ...(side < ROOM_FOR_DISTANCE ? [] : distancePill(distanceText(distance), side)),
  );
}

/** `No. 3, distance 0.123: beach/a.jpg`. */
export function neighbourLabel({ objectId, distance, isCopy }: MapNeighbour, place: number): string {
  return `No. ${place + 1}, distance ${distanceText(distance)}${isCopy ? ", same group" : ""}: ${visibleText(objectId)}`;
}

/** The picture in the middle, round. */
export function centreTile(picture: string, name: string, radius: number): SVGGElement {
  return svgElement(
    "g",
    { class: "centre", role: "img", tabindex: "-1", "aria-label": `In the middle: ${visibleText(name)}` },
    svgElement("circle", { r: radius, class: "tile-ground" }),
    pictureOf(picture, radius, "url(#centre-shape)", name),
    svgElement("circle", { r: radius, class: "tile-edge" }),
  );
}

/** The shapes that pictures are cut to. */
export function tileShapes(): SVGDefsElement {
  const units = { clipPathUnits: "objectBoundingBox" };
  return svgElement(
    "defs",
    {},
    svgElement("clipPath", { id: "tile-shape", ...units }, svgElement("rect", { width: 1, height: 1, rx: 0.13 })),
    svgElement("clipPath", { id: "centre-shape", ...units }, svgElement("circle", { cx: 0.5, cy: 0.5, r: 0.5 })),
  );
}

function pictureOf(address: string, half: number, shape: string, name: string): SVGImageElement {
  const picture = svgElement("image", {
    href: address,
    x: -half,
    y: -half,
    width: 2 * half,
    height: 2 * half,
    preserveAspectRatio: "xMidYMid slice",
    "clip-path": shape,
  });
  picture.addEventListener("error", () => picture.replaceWith(missingPicture(name, half)));
  return picture;
}

/** The end of the name in its place. */
function missingPicture(objectId: string, half: number): SVGTextElement {
  const name = pathParts(objectId)[1] || visibleText(objectId);
  const most = Math.max(3, Math.floor((1.8 * half) / CHARACTER));
  const text = name.length > most ? `…${name.slice(1 - most)}` : name;
  return svgElement(
    "text",
    { class: "tile-missing", "text-anchor": "middle", dy: "0.35em", "aria-hidden": "true" },
    text,
  );
}

function distancePill(text: string, side: number): SVGElement[] {
  const width = text.length * CHARACTER + 8;
  const bottom = side / 2 - 5;
  return [
    svgElement("rect", { x: -width / 2, y: bottom - 17, width, height: 17, rx: 8.5, class: "pill" }),
    svgElement("text", { y: bottom - 4.5, "text-anchor": "middle", class: "pill-text" }, text),
  ];
}
