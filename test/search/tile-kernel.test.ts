import { expect, test } from "vitest";
import { SeededRandom } from "#base/seeded-random.ts";
import { GROUP_SIZES, TileKernel } from "#search/tile-kernel.ts";

const OPTIONS = { device: "cpu", threads: 1 } as const;

/** The largest product of each row with each group of columns, in plain integers. */
function oracle(left: Uint8Array, right: Int8Array, depth: number, groupSize: number): number[] {
  const [rows, columns] = [left.length / depth, right.length / depth];
  const groups = columns / groupSize;
  const largest = new Array(rows * groups).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += (left[row * depth + k] - 128) * right[k * columns + column];
      const at = row * groups + (column % groups);
      largest[at] = Math.max(largest[at], sum);
    }
  }
  return largest;
}

test.each(GROUP_SIZES)(
  "TileKernel gives the exact largest products of groups of %i, in bytes and in float32 alike",
  async (size) => {
    const random = new SeededRandom(size);
    for (const [rows, columns, depth] of [
      [1, 16, 1],
      [5, 48, 37],
      [33, 64, 300],
    ]) {
      const left = Uint8Array.from({ length: rows * depth }, () => random.pick([0, 255, random.integer(0, 256)]));
      const right = Int8Array.from({ length: columns * depth }, () =>
        random.pick([-128, 127, random.integer(-128, 128)]),
      );
      const expected = oracle(left, right, depth, size);
      for (const kernel of [await TileKernel.open(size, OPTIONS), await TileKernel.openInFloat(size, OPTIONS)]) {
        expect([...(await kernel.largestPerGroup(left, right, depth, new Int32Array(rows * columns)))]).toEqual(
          expected,
        );
        expect(kernel.rounding(depth)).toBe(0);
      }
    }
  },
);

test("TileKernel in float32 tells how far deep products may be off", async () => {
  const kernel = await TileKernel.openInFloat(8, OPTIONS);
  const depth = 4096;
  const random = new SeededRandom(4);
  const left = Uint8Array.from({ length: depth }, () => random.integer(200, 256));
  const right = Int8Array.from({ length: depth * 16 }, () => random.integer(100, 128));
  const expected = oracle(left, right, depth, 8);
  const found = await kernel.largestPerGroup(left, right, depth, new Int32Array(64));
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(found[i] - value)).toBeLessThanOrEqual(kernel.rounding(depth));
  }
});
