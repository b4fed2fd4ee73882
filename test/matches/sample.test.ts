import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import type { GrayPicture } from "#data/gray-picture.ts";
import type { Overlap } from "#matches/overlap.ts";
import { LaidPoints } from "#matches/sample.ts";

/** float64, by the definition: bilinear between the middles of pixels, the edge beyond them. */
function valueAt({ width, height, values }: GrayPicture, x: number, y: number): number {
  if (!(x >= 0 && y >= 0 && x <= width && y <= height)) return Number.NaN;
  const at = (column: number, row: number) => values[row * width + column];
  const [px, py] = [Math.min(Math.max(x - 0.5, 0), width - 1), Math.min(Math.max(y - 0.5, 0), height - 1)];
  const [left, top] = [Math.floor(px), Math.floor(py)];
  const [right, below] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const upper = at(left, top) * (1 - (px - left)) + at(right, top) * (px - left);
  const lower = at(left, below) * (1 - (px - left)) + at(right, below) * (px - left);
  return upper * (1 - (py - top)) + lower * (py - top);
}

function placed({ width, height }: GrayPicture, place: Overlap, u: number, v: number) {
  const [x, y] = [(u - 0.5) * place.width * width, (v - 0.5) * place.height * height];
  const sheared = x + place.shear * y;
  const [cos, sin] = [Math.cos(place.turn), Math.sin(place.turn)];
  return {
    x: (place.left + place.width / 2) * width + cos * sheared - sin * y,
    y: (place.top + place.height / 2) * height + sin * sheared + cos * y,
  };
}

test("a picture is read between its pixels, and correlated, as by the definition in float64", () => {
  const random = new SeededRandom(7);
  const between = (least: number, most: number) => random.between(least, most);
  for (let round = 0; round < 200; round++) {
    const [width, height] = [1 + Math.floor(between(0, 40)), 1 + Math.floor(between(0, 40))];
    const picture = { width, height, values: Float32Array.from({ length: width * height }, () => between(-1, 1)) };
    const count = 1 + Math.floor(between(0, 50));
    const numbers = () => Float32Array.from({ length: count }, () => between(0, 1));
    const [u, v, expected] = [numbers(), numbers(), numbers().map((value) => value - 0.5)];
    const place = {
      left: between(-0.3, 0.5),
      top: between(-0.3, 0.5),
      width: between(0.3, 1.2),
      height: between(0.3, 1.2),
      turn: between(-0.2, 0.2),
      shear: between(-0.2, 0.2),
    };
    const read = new LaidPoints(picture, { u, v }, expected);
    const values = Array.from(u, (along, i) => {
      const { x, y } = placed(picture, place, along, v[i]);
      return valueAt(picture, x, y);
    });
    const found = read.sample(place);
    expect(found.length).toBe(count);
    for (const [i, value] of values.entries()) {
      if (Number.isNaN(value)) expect(found[i]).toBeNaN();
      else expect(found[i]).toBeCloseTo(value, 4);
    }
    let [inside, dot, ours, theirs] = [0, 0, 0, 0];
    for (const [i, value] of values.entries()) {
      if (Number.isNaN(value)) continue;
      inside++;
      dot += value * expected[i];
      ours += value * value;
      theirs += expected[i] * expected[i];
    }
    const correlation = inside * 4 < count ? -1 : dot / Math.sqrt(Math.max(1e-6, ours * theirs));
    expect(read.correlation(place)).toBeCloseTo(correlation, 3);
  }
});
