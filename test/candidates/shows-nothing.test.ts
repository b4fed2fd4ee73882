import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { showsNothing } from "#candidates/shows-nothing.ts";

function picture(lumaAt: (x: number, y: number) => number) {
  const [width, height] = [64, 48];
  const values = Uint8Array.from({ length: width * height }, (_, i) => lumaAt(i % width, Math.floor(i / width)));
  return { width, height, values };
}

const random = new SeededRandom(3);
const isSign = (x: number, y: number) => x > 25 && x < 37 && y > 18 && y < 30;

test.each([
  ["of one colour", () => 200],
  ["of one colour, with the noise of a camera", () => random.integer(30, 45)],
  ["all but black", (x: number, y: number) => (x + y) / 6],
  ["a sign on one shade", (x: number, y: number) => (isSign(x, y) ? 90 : 238)],
])("a picture %s shows nothing", (_, lumaAt) => {
  expect(showsNothing(picture(lumaAt))).toBe(true);
});

test.each([
  ["a slope", (x: number) => 100 + x],
  ["a thing on white", (x: number, y: number) => (x > 20 && x < 37 && y > 12 && y < 34 ? 120 + x : 255)],
  ["a dim room", (x: number, y: number) => (x % 9) * 4 + (y % 7)],
  ["noise", () => random.integer(0, 256)],
])("%s is something", (_, lumaAt) => {
  expect(showsNothing(picture(lumaAt))).toBe(false);
});
