import { byId } from "../elements.ts";

const FORWARD = ["ArrowRight", "ArrowDown"];
const BACKWARD = ["ArrowLeft", "ArrowUp"];

/**
 * Lets arrows move the focus among neighbours, on the map and in the list, and shows in the one which is meant in the other.
 *
 * @param onNeighbour called with the place of the neighbour that is meant, 0 the nearest; undefined for none
 */
export function listenToNeighbours(onNeighbour: (place: number | undefined) => void): void {
  const [map, list] = places();
  const point = ({ target }: Event) => {
    const meant = target instanceof Element ? target.closest("[data-place]")?.getAttribute("data-place") : undefined;
    for (const marked of document.querySelectorAll("[data-meant]")) marked.removeAttribute("data-meant");
    for (const place of [map, list]) {
      if (meant) place.querySelector(`[data-place="${meant}"]`)?.setAttribute("data-meant", "true");
    }
    onNeighbour(meant ? Number(meant) : undefined);
  };
  for (const place of [map, list]) {
    for (const name of ["pointerover", "pointerleave", "focusin", "focusout"]) place.addEventListener(name, point);
    place.addEventListener("keydown", (event) => {
      const { key, ctrlKey, metaKey, altKey } = event as KeyboardEvent;
      const step = FORWARD.includes(key) ? 1 : BACKWARD.includes(key) ? -1 : 0;
      if (step === 0 || ctrlKey || metaKey || altKey) return;
      event.preventDefault();
      event.stopPropagation();
      focusNextNeighbour(step);
    });
  }
}

/** Moves the focus to the neighbour that is next farther or nearer: in the list where the focus is there, else on the map. */
export function focusNextNeighbour(step: 1 | -1): true {
  const [map, list] = places();
  const active = document.activeElement;
  const links = [...(list.contains(active) ? list : map).querySelectorAll<HTMLElement | SVGElement>("a")];
  const at = links.indexOf(active as HTMLElement);
  links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
  return true;
}

function places(): readonly [map: Element, list: Element] {
  return [document.getElementById("map-drawing") as Element, byId("neighbours", HTMLElement)];
}
