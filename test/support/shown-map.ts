import type { Page } from "playwright-core";
import { expect } from "vitest";
import { distanceText } from "#page/browser/number-text.ts";
import { visibleText } from "#page/browser/visible-text.ts";

/** What the server answered, or should have. */
export interface Similar {
  readonly objectId: string;
  readonly distance: number;
}

/** Waits until the map of an image is shown, and compares order, words and places of its neighbours with an answer of the server. */
export async function expectMap(page: Page, name: string, similar: readonly Similar[]): Promise<void> {
  await expect
    .poll(() => page.locator("#map-drawing .centre").getAttribute("aria-label"))
    .toBe(`In the middle: ${visibleText(name)}`);
  const tiles = await page
    .locator("#map-drawing .neighbour")
    .evaluateAll((all) =>
      all.map((a) => [a.getAttribute("href"), a.getAttribute("aria-label"), a.getAttribute("transform")].map(String)),
    );
  expect(tiles.map(([href]) => idOf(href))).toEqual(similar.map(({ objectId }) => objectId));
  const words = tiles.map(([, label]) => label.replace(", same group", ""));
  expect(words).toEqual(similar.map((one, i) => `No. ${i + 1}, distance ${textOf(one)}: ${visibleText(one.objectId)}`));
  const rows = await page
    .locator("#neighbours .neighbour-row")
    .evaluateAll((all) => all.map((a) => [a.getAttribute("href"), a.querySelector(".row-distance span")?.textContent]));
  expect(rows).toEqual(similar.map((one, i) => [tiles[i][0], textOf(one)]));
  expectRadii(
    tiles.map(([, , transform]) => radiusOf(transform)),
    similar.map(({ distance }) => distance),
  );
}

/** By one scale, equal steps of distance are equal steps outwards. */
function expectRadii(radii: readonly number[], distances: readonly number[]): void {
  const [first, last] = [0, radii.length - 1];
  const scale = (radii[last] - radii[first]) / (distances[last] - distances[first]);
  for (const [i, radius] of radii.entries()) {
    expect(radius).toBeCloseTo(radii[first] + scale * (distances[i] - distances[first]), 1);
  }
}

function idOf(href: string): string {
  return decodeURIComponent(/^#similar\/([^?]*)/.exec(href)?.[1] ?? "");
}

function radiusOf(transform: string): number {
  const [x, y] = transform.match(/-?[\d.]+/g)?.map(Number) ?? [];
  return Math.hypot(x, y);
}

function textOf({ distance }: Similar): string {
  return distanceText(distance);
}
