import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { mapLayout } from "#page/browser/browse/map-layout.ts";

const COUNTS = [1, 2, 5, 12, 24, 48];
const HALVES = [150, 232, 340, 480];

function distancesOf(count: number, seed: number): number[] {
  const random = new SeededRandom(seed);
  const [least, most] = [
    [0, 1],
    [0.6, 0.7],
    [0, 0.02],
    [0, 1e-6],
    [0.3, 1.4],
  ][seed % 5];
  return Array.from({ length: count }, () => random.between(least, most)).sort((a, b) => a - b);
}

const CASES = COUNTS.flatMap((count) =>
  HALVES.flatMap((half) => [0, 1, 2, 3, 4].map((seed) => [count, half, seed] as const)),
);

test("every neighbour is as far out as its distance says, by one scale from the ring of 0 on", () => {
  for (const [count, half, seed] of CASES) {
    const distances = distancesOf(count, seed);
    const { places, scale } = mapLayout(distances, half);
    const perUnit = scale.at(1) - scale.at(0);
    expect(perUnit).toBeGreaterThan(0);
    for (const [i, { x, y }] of places.entries()) {
      expect(Math.hypot(x, y)).toBeCloseTo(scale.at(0) + perUnit * distances[i], 6);
    }
  }
});

test("no two squares touch each other, the picture in the middle, the numbers above it, or the edge", () => {
  for (const [count, half, seed] of CASES) {
    const { places, side, centre } = mapLayout(distancesOf(count, seed), half);
    for (const [i, a] of places.entries()) {
      expect(Math.max(Math.abs(a.x), Math.abs(a.y)) + side / 2).toBeLessThanOrEqual(half);
      expect(Math.hypot(a.x, a.y)).toBeGreaterThan(centre + side / 2);
      if (a.y < 0) expect(Math.abs(a.x)).toBeGreaterThan(side / 2 + 10);
      for (const b of places.slice(0, i)) {
        expect(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y))).toBeGreaterThan(side);
      }
    }
  }
});

test("where there is room all are shown; where there is little, the nearest are", () => {
  const wide = mapLayout(distancesOf(48, 0), 480);
  expect(wide.places).toHaveLength(48);
  expect(wide.side).toBeGreaterThanOrEqual(44);
  const narrow = mapLayout(distancesOf(48, 1), 150);
  expect(narrow.places.length).toBeLessThan(48);
  expect(narrow.places.length).toBeGreaterThanOrEqual(12);
  expect(narrow.side).toBeGreaterThanOrEqual(28);
});

test("copies without any distance stand around the innermost ring", () => {
  const { places, scale, side } = mapLayout(new Array<number>(24).fill(0), 340);
  expect(places).toHaveLength(24);
  expect(side).toBeGreaterThanOrEqual(36);
  for (const { x, y } of places) expect(Math.hypot(x, y)).toBeCloseTo(scale.at(0), 6);
});

test("the same distances give the same places, and no neighbours give none", () => {
  const distances = distancesOf(24, 3);
  expect(mapLayout(distances, 300).places).toEqual(mapLayout(distances, 300).places);
  expect(mapLayout([], 300).places).toEqual([]);
});
