import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { VIEWS, type View, viewCount } from "#data/view.ts";
import { decodeImage } from "#images/decode-image.ts";
import { drawPicture } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PRESET = { width: 80, height: 60, resize: "squash", kernel: "lanczos3" } as const;
const LIMITS = { maxPixels: 1e7, maxDecodedBytes: 1e8 };

async function decoded(image: Sharp, views: readonly View[], preset: object = {}) {
  const file = join(await temporaryFolder(), "picture.png");
  await writeFile(file, await image.png().toBuffer());
  return decodeImage(file, { preset: { ...PRESET, ...preset }, views }, LIMITS);
}

/** Mean difference of two pictures, 0..255. */
function difference(a: Uint8Array | undefined, b: Uint8Array): number {
  if (a?.length !== b.length) return Number.NaN;
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / b.length;
}

const picture = (seed = 5) => drawPicture(seed, { width: 160, height: 120 });
const part = async (seed: number, left: number, top: number) =>
  sharp(await picture(seed).png().toBuffer()).extract({ left, top, width: 113, height: 85 });

test("each view gives one vector, corners four, and the picture as it stands never changes", async () => {
  expect(viewCount(VIEWS)).toBe(7);
  const plain = await decoded(picture(), []);
  const { pixels, views } = await decoded(picture(), VIEWS);
  expect(pixels).toEqual(plain.pixels);
  expect(views).toHaveLength(7);
});

test("mirrored is the picture as a mirror shows it", async () => {
  const { views } = await decoded(picture(), ["mirrored"]);
  const flopped = await decoded(sharp(await picture().png().toBuffer()).flop(), []);
  expect(difference(views[0], flopped.pixels)).toBeLessThan(1);
});

test("centre and corners are crops of half the picture's area", async () => {
  const { views } = await decoded(picture(), ["centre", "corners"]);
  const places = [[23, 17], [0, 0], [47, 0], [0, 35], [47, 35]]; // biome-ignore format: one line
  for (const [i, [left, top]] of places.entries()) {
    const crop = await decoded(await part(5, left, top), []);
    expect(difference(views[i], crop.pixels)).toBeLessThan(6);
    const elsewhere = await decoded(await part(6, left, top), []);
    expect(difference(views[i], elsewhere.pixels)).toBeGreaterThan(20);
  }
});

test.each([
  ["bars above and below", { top: 30, bottom: 30, background: "black" }],
  ["a frame", { top: 20, bottom: 20, left: 20, right: 20, background: "#e8e0d0" }],
  ["a margin on one side", { left: 60, background: "white" }],
])("trimmed is the picture without %s", async (_, border) => {
  const plain = await decoded(picture(), []);
  for (const preset of [{}, { resize: "pad" }, { resize: "crop" }]) {
    const inner = await decoded(picture(), [], preset);
    const { views } = await decoded(picture().extend(border), ["trimmed"], preset);
    expect(difference(views[0], inner.pixels)).toBeLessThan(10);
  }
  const jpeg = await picture().extend(border).jpeg({ quality: 40 }).toBuffer();
  expect(difference((await decoded(sharp(jpeg), ["trimmed"])).views[0], plain.pixels)).toBeLessThan(14);
});

test("trimmed is nothing of its own where there is no border, or nothing else", async () => {
  const plain = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3 as const, background: "#345" } });
  for (const image of [picture(), plain(40, 30), plain(1, 1), plain(1, 3000), plain(3000, 1)]) {
    expect((await decoded(image, ["trimmed"])).views).toEqual([undefined]);
  }
});

test("pictures of one pixel and of one line have every view", async () => {
  for (const [width, height] of [
    [1, 1],
    [1, 10_000],
    [10_000, 1],
  ]) {
    const image = sharp({ create: { width, height, channels: 3 as const, background: "#345" } });
    const { pixels, views } = await decoded(image, VIEWS); // biome-ignore format: sizes in one line
    expect(views.filter((view) => view !== undefined).map((view) => view?.length)).toEqual(
      Array(6).fill(pixels.length),
    );
  }
});
