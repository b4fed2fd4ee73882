import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { ThresholdGrid } from "#calibration/threshold-grid.ts";

test("a distance lies in the cell of the smallest threshold that holds it, as thresholds are written in decimals", () => {
  const random = new SeededRandom(5);
  for (const grid of [new ThresholdGrid(2), new ThresholdGrid(0), new ThresholdGrid(-2), new ThresholdGrid(5)]) {
    for (let i = 0; i < 300; i++) {
      const cell = random.integer(0, 300);
      expect(grid.cellOf(grid.at(cell))).toBe(cell);
      expect(grid.cellWithin(grid.at(cell))).toBe(cell);
      const distance = random.between(0, grid.at(300));
      const found = grid.cellOf(distance);
      expect(distance).toBeLessThanOrEqual(grid.at(found));
      if (found > 0) expect(distance).toBeGreaterThan(grid.at(found - 1));
    }
  }
  expect(new ThresholdGrid(2).at(57)).toBe(0.57);
});

test("vectors of other lengths have as many thresholds", () => {
  expect(ThresholdGrid.forLength(1).decimals).toBe(2);
  expect(ThresholdGrid.forLength(0.9999999).decimals).toBe(2);
  expect(ThresholdGrid.forLength(37).at(1)).toBe(0.1);
  expect(ThresholdGrid.forLength(40_000).at(1)).toBe(100);
  expect(ThresholdGrid.forLength(0).decimals).toBe(2);
});
