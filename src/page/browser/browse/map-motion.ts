import type { MapPlace } from "./map-layout.ts";

/** Where a tile stands, and how large it is. */
export interface TilePlace extends MapPlace {
  readonly side: number;
}

const MOVE_MS = 420;
const EASE = "cubic-bezier(0.22, 0.8, 0.25, 1)";

/** Lets tiles come from where they stood before, so that the eye can follow; new ones appear. */
export function moveTiles(
  tiles: ReadonlyMap<string, SVGElement>,
  before: ReadonlyMap<string, TilePlace>,
  after: ReadonlyMap<string, TilePlace>,
): void {
  if (before.size === 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const [key, tile] of tiles) {
    const to = after.get(key);
    if (!to) continue;
    const from = before.get(key);
    const start = from ? { transform: placed(from, from.side / to.side) } : { transform: placed(to, 0.7), opacity: 0 };
    tile.animate([start, { transform: placed(to, 1), opacity: 1 }], { duration: MOVE_MS, easing: EASE });
  }
}

function placed({ x, y }: MapPlace, scale: number): string {
  return `translate(${x}px, ${y}px) scale(${scale})`;
}
