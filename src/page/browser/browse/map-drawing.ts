import { byId, svgElement } from "../elements.ts";
import { distanceText } from "../number-text.ts";
import { type MapLayout, mapLayout } from "./map-layout.ts";
import { moveTiles, type TilePlace } from "./map-motion.ts";
import { centreTile, type MapNeighbour, neighbourTile, tileShapes } from "./map-tile.ts";

const LEAST_HALF = 120;
/** Between the numbers of two rings. */
const LABEL_ROOM = 16;
/** Width of a figure of these numbers. */
const CHARACTER = 7;

export interface DrawnMap {
  /** Told apart from others by it: the id of an image of the index, where it is one. */
  readonly key: string;
  readonly name: string;
  readonly picture: string;
  readonly neighbours: readonly MapNeighbour[];
  /** Drawn as a ring where it lies within the map; 0 for none. */
  readonly threshold: number;
}

/** The map: what is like an image around it, each as far from the inner ring as its distance says. */
export class MapDrawing {
  readonly #figure = byId("map-figure", HTMLElement);
  readonly #svg = svgElement("svg", {
    id: "map-drawing",
    role: "group",
    "aria-label": "Map of what is like the image in the middle",
  });
  #drawn: DrawnMap | undefined;
  #places = new Map<string, TilePlace>();
  #width = 0;
  #height = 0;

  constructor() {
    this.#figure.prepend(this.#svg);
    new ResizeObserver(() => {
      const { clientWidth, clientHeight } = this.#figure;
      if (this.#drawn && (clientWidth !== this.#width || clientHeight !== this.#height)) this.#build(this.#drawn);
    }).observe(this.#figure);
  }

  /** Draws a map; tiles that were on the one before move to their new places. */
  draw(map: DrawnMap): void {
    const before = this.#places;
    moveTiles(this.#build(map), before, this.#places);
  }

  /** How many neighbours there is room for. */
  get count(): number {
    return Math.max(0, this.#places.size - 1);
  }

  get hasThreshold(): boolean {
    return this.#svg.querySelector(".threshold") !== null;
  }

  clear(): void {
    this.#drawn = undefined;
    this.#places.clear();
    this.#svg.replaceChildren();
  }

  focusCentre(): void {
    this.#svg.querySelector<SVGGElement>(".centre")?.focus({ preventScroll: true });
  }

  #build(map: DrawnMap): Map<string, SVGElement> {
    this.#drawn = map;
    this.#width = this.#figure.clientWidth;
    this.#height = this.#figure.clientHeight;
    const { height } = this.#svg.getBoundingClientRect();
    const half = Math.max(LEAST_HALF, Math.min(this.#width, height) / 2);
    const layout = mapLayout(
      map.neighbours.map(({ distance }) => distance),
      half,
    );
    const tiles = new Map<string, SVGElement>();
    this.#places = new Map();
    const add = (key: string, tile: SVGElement, place: TilePlace) => {
      tiles.set(key, tile);
      this.#places.set(key, place);
      tile.setAttribute("transform", `translate(${place.x.toFixed(2)} ${place.y.toFixed(2)})`);
      return tile;
    };
    const items = layout.places.map((place, i) => {
      const neighbour = map.neighbours[i];
      const tile = neighbourTile(neighbour, i, layout.side);
      return svgElement("g", { role: "listitem" }, add(neighbour.objectId, tile, { ...place, side: layout.side }));
    });
    const centre = centreTile(map.picture, map.name, layout.centre);
    const list = svgElement("g", { role: "list", "aria-label": "Nearest first" }, ...items);
    this.#svg.setAttribute("viewBox", `${-this.#width / 2} ${-height / 2} ${this.#width} ${height}`);
    this.#svg.replaceChildren(
      tileShapes(),
      rings(layout, map.threshold),
      // where the map is too small for squares of their own, none is drawn
      ...(layout.side > 0 ? [spokes(layout), list] : []),
      add(map.key, centre, { x: 0, y: 0, side: 2 * layout.centre }),
      ringLabels(layout, map.threshold),
    );
    return tiles;
  }
}

function rings({ scale }: MapLayout, threshold: number): SVGGElement {
  const group = svgElement("g", { class: "rings", "aria-hidden": "true" });
  for (const tick of scale.ticks) group.append(svgElement("circle", { r: scale.at(tick).toFixed(1) }));
  if (isWithin(threshold, scale)) {
    group.append(svgElement("circle", { r: scale.at(threshold).toFixed(1), class: "threshold" }));
  }
  return group;
}

/** The way upwards is clear of tiles: the numbers stand there. */
function ringLabels({ scale }: MapLayout, threshold: number): SVGGElement {
  const group = svgElement("g", { class: "ring-labels", "aria-hidden": "true" });
  const add = (value: number, words: string, kind: string) => {
    const y = -scale.at(value);
    const width = words.length * CHARACTER + 4;
    group.append(
      svgElement("rect", { x: -width / 2, y: y - 8, width, height: 16 }),
      svgElement("text", { y: (y + 4).toFixed(1), "text-anchor": "middle", class: kind }, words),
    );
  };
  const hasThreshold = isWithin(threshold, scale);
  let last = Number.NEGATIVE_INFINITY;
  for (const tick of scale.ticks) {
    const radius = scale.at(tick);
    const isCrowded = hasThreshold && Math.abs(radius - scale.at(threshold)) < LABEL_ROOM;
    if (radius - last < LABEL_ROOM || isCrowded) continue;
    add(tick, String(tick), "ring-label");
    last = radius;
  }
  if (hasThreshold) add(threshold, distanceText(threshold), "threshold-label");
  return group;
}

function spokes({ places, centre }: MapLayout): SVGGElement {
  const lines = places.map(({ x, y }) => {
    const part = centre / Math.hypot(x, y);
    return svgElement("line", {
      x1: (x * part).toFixed(1),
      y1: (y * part).toFixed(1),
      x2: x.toFixed(1),
      y2: y.toFixed(1),
    });
  });
  return svgElement("g", { class: "spokes", "aria-hidden": "true" }, ...lines);
}

function isWithin(threshold: number, { ticks, most }: MapLayout["scale"]): boolean {
  return threshold > 0 && ticks.length > 0 && threshold <= most;
}
