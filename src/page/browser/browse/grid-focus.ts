/**
 * Lets arrows move the focus over the tiles of a grid, whose rows hold different numbers of them; Home and End go to the first and the last.
 * One tile at a time is reached by Tab.
 */
export function listenToArrows(grid: HTMLElement): void {
  grid.addEventListener("focusin", ({ target }) => {
    const tile = target instanceof Element ? target.closest<HTMLElement>("a") : null;
    if (tile) makeReachable(grid, tile);
  });
  grid.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = tileTowards(event.key, tilesOf(grid));
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

/** Moves the focus to the tile after or before; a step of 0 only makes the first one reachable by Tab. */
export function focusNextTile(grid: HTMLElement, step: 1 | 0 | -1): true {
  const tiles = tilesOf(grid);
  if (step === 0) {
    if (tiles[0]) makeReachable(grid, tiles[0]);
    return true;
  }
  const at = tiles.indexOf(document.activeElement as HTMLElement);
  tiles[at < 0 ? 0 : at + step]?.focus();
  return true;
}

/** @param address of the tile's link */
export function focusTile(grid: HTMLElement, address: string): void {
  tilesOf(grid)
    .find((tile) => tile.getAttribute("href") === address)
    ?.focus({ preventScroll: true });
}

function tileTowards(key: string, tiles: readonly HTMLElement[]): HTMLElement | undefined {
  const at = tiles.indexOf(document.activeElement as HTMLElement);
  if (at < 0) return undefined;
  switch (key) {
    case "ArrowRight":
      return tiles[at + 1];
    case "ArrowLeft":
      return tiles[at - 1];
    case "ArrowDown":
      return inNextRow(tiles[at], tiles.slice(at + 1));
    case "ArrowUp":
      return inNextRow(tiles[at], tiles.slice(0, at).reverse());
    case "Home":
      return tiles[0];
    case "End":
      return tiles.at(-1);
    default:
      return undefined;
  }
}

/** Of the row that comes first, the tile whose middle is nearest. */
function inNextRow(from: HTMLElement, tiles: readonly HTMLElement[]): HTMLElement | undefined {
  const row = tiles.find((tile) => tile.offsetTop !== from.offsetTop)?.offsetTop;
  const middle = (tile: HTMLElement) => tile.offsetLeft + tile.offsetWidth / 2;
  return tiles
    .filter((tile) => tile.offsetTop === row)
    .sort((a, b) => Math.abs(middle(a) - middle(from)) - Math.abs(middle(b) - middle(from)))[0];
}

function makeReachable(grid: HTMLElement, tile: HTMLElement): void {
  for (const other of grid.querySelectorAll("a[tabindex='0']")) other.setAttribute("tabindex", "-1");
  tile.setAttribute("tabindex", "0");
}

function tilesOf(grid: HTMLElement): HTMLElement[] {
  return [...grid.querySelectorAll<HTMLElement>("a")];
}
