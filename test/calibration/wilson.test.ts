import { expect, test } from "vitest";
import { countThatProves, wilsonInterval } from "#calibration/wilson.ts";

test("intervals are those that R. G. Newcombe printed for Wilson's method (Statistics in Medicine 17, 1998, table I)", () => {
  for (const [right, count, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ]) {
    const interval = wilsonInterval(right, count);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  }
});

test("an interval ends exactly at 0 and 1 where none and all are right, and is everything where nothing was seen", () => {
  for (const count of [1, 3, 7, 100, 12_345]) {
    expect(wilsonInterval(0, count).low).toBe(0);
    expect(wilsonInterval(count, count).high).toBe(1);
  }
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
});

test("so many right ones prove a share, and one fewer does not", () => {
  for (const share of [0.5, 0.9, 0.95, 0.99, 0.999]) {
    const count = countThatProves(share);
    expect(wilsonInterval(count, count).low).toBeGreaterThanOrEqual(share);
    expect(wilsonInterval(count - 1, count - 1).low).toBeLessThan(share);
  }
  expect(countThatProves(0.99)).toBe(381);
});
