import sharp from "sharp";
import { expect, test } from "vitest";
import { collect } from "#base/bounded-buffer.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { pixelsOf } from "#calibration/edits/edit.ts";
import { EDIT_KINDS, editedCopies } from "#calibration/edits/edited-copies.ts";
import { drawPicture } from "../support/pictures.ts";

const copiesOf = async (size: { width: number; height: number }, count: number, seed: number) => {
  const picture = await pixelsOf(drawPicture(4, size));
  return collect(editedCopies(picture, count, new SeededRandom(seed)));
};

test("a picture has a copy of every kind, each a file of another picture than its own", async () => {
  const copies = await copiesOf({ width: 200, height: 150 }, EDIT_KINDS.length, 1);
  expect(copies.map((copy) => copy?.kind).sort()).toEqual([...EDIT_KINDS].sort());
  expect(new Set(copies.map((copy) => copy?.file.toString("base64"))).size).toBe(EDIT_KINDS.length);
  for (const copy of copies) {
    const { format, width, channels } = await sharp(copy?.file).metadata();
    expect({ format, channels }).toEqual({ format: "jpeg", channels: 3 });
    expect(width).toBeGreaterThan(20);
  }
});

test("colours survive all edits but those of tone", async () => {
  const copies = await copiesOf({ width: 200, height: 150 }, EDIT_KINDS.length, 2);
  for (const copy of copies) {
    if (!copy || ["gray", "saturation", "mixed"].includes(copy.kind)) continue;
    const { channels } = await sharp(copy.file).stats();
    const means = channels.map(({ mean }) => mean);
    expect(Math.max(...means) - Math.min(...means), copy.kind).toBeGreaterThan(3);
  }
});

test("the same random state gives the same copies, another one others", async () => {
  const [one, same, other] = await Promise.all([7, 7, 8].map((seed) => copiesOf({ width: 90, height: 70 }, 12, seed)));
  expect(same).toEqual(one);
  expect(other).not.toEqual(one);
});

test("pictures of one pixel or one line have the copies that they are fit for", async () => {
  for (const size of [
    { width: 1, height: 1 },
    { width: 1, height: 300 },
    { width: 640, height: 2 },
  ]) {
    const copies = await copiesOf(size, EDIT_KINDS.length, 3);
    expect(copies).toHaveLength(EDIT_KINDS.length);
    expect(copies.filter((copy) => copy !== undefined).length).toBeGreaterThan(EDIT_KINDS.length / 2);
  }
});
