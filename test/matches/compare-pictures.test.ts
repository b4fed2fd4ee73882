import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { fromBytes, type GrayPicture, toBytes } from "#data/gray-picture.ts";
import { comparePictures, isPlain } from "#matches/compare-pictures.ts";
import { findPlaces } from "#matches/find-places.ts";
import { smallPicture } from "#matches/matcher.ts";
import { PreparedPicture } from "#matches/prepared-picture.ts";
import { drawPicture } from "../support/pictures.ts";

const SIZE = { width: 320, height: 240 };

async function gray(picture: Sharp): Promise<GrayPicture> {
  const bytes = await picture.toBuffer();
  const { data, info } = await sharp(bytes)
    .flatten({ background: "white" })
    .resize({ width: 160, height: 160, fit: "inside" })
    .grayscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const values = Float32Array.from({ length: info.width * info.height }, (_, i) => data[i * info.channels] / 255);
  return { width: info.width, height: info.height, values };
}

/** As the pipeline does: places are searched on small pictures. */
function places(first: GrayPicture, second: GrayPicture) {
  const [ours, theirs] = [first, second].map((gray) => new PreparedPicture(fromBytes(smallPicture(toBytes(gray)))));
  return findPlaces(ours, theirs);
}

function isCopy(first: GrayPicture, second: GrayPicture): boolean {
  return comparePictures(first, second, places(first, second))?.isCopy ?? false;
}

/** Blotches with a grain of lines over them, so that every part shows something. */
async function photo(seed: number): Promise<Buffer> {
  const marks = await drawPicture(seed + 1000, { width: 320, height: 240 })
    .resize(80, 60)
    .blur(1)
    .png()
    .toBuffer();
  const fine = await sharp(marks)
    .resize(320, 240, { kernel: "nearest" })
    .modulate({ brightness: 0.8 })
    .png()
    .toBuffer();
  return drawPicture(seed, SIZE)
    .composite([{ input: fine, blend: "soft-light" }])
    .png()
    .toBuffer();
}

const EDITS: Record<string, (bytes: Buffer) => Sharp> = {
  "saved smaller": (bytes) => sharp(bytes).resize(90),
  gray: (bytes) => sharp(bytes).grayscale(),
  darker: (bytes) => sharp(bytes).linear(0.6, 5),
  "cropped to a third of its area": (bytes) => sharp(bytes).extract({ left: 96, top: 30, width: 190, height: 142 }),
  mirrored: (bytes) => sharp(bytes).flop(),
  "mirrored and cropped": (bytes) => sharp(bytes).flop().extract({ left: 20, top: 40, width: 250, height: 190 }),
  letterboxed: (bytes) => sharp(bytes).extend({ top: 60, bottom: 60, background: "black" }),
  stretched: (bytes) => sharp(bytes).resize(420, 240, { fit: "fill" }),
  turned: (bytes) => sharp(bytes).rotate(3, { background: "white" }),
  sheared: (bytes) => sharp(bytes).affine([1, 0.1, 0, 1], { background: "white" }),
  blurred: (bytes) => sharp(bytes).blur(3),
  "saved badly": (bytes) => sharp(bytes).jpeg({ quality: 10 }),
  masked: (bytes) =>
    sharp(bytes).composite([
      { input: { create: { width: 150, height: 120, channels: 3, background: "white" } }, left: 30, top: 60 },
    ]),
};

test.each(Object.entries(EDITS))(
  "a picture and its copy, %s, are told to be copies, either way round",
  async (_, edit) => {
    for (const seed of [3, 4, 5]) {
      const bytes = await photo(seed);
      const [original, copy] = [await gray(sharp(bytes)), await gray(edit(bytes))];
      expect(isCopy(original, copy)).toBe(true);
      expect(isCopy(copy, original)).toBe(true);
    }
  },
);

test("different pictures are not copies, plain ones of no picture", async () => {
  const pictures = await Promise.all([10, 11, 12, 13, 14, 15].map(async (seed) => gray(sharp(await photo(seed)))));
  for (const [i, first] of pictures.entries()) {
    for (const second of pictures.slice(i + 1)) expect(isCopy(first, second)).toBe(false);
  }
});

test("most pairs of different pictures, and those of no picture, have no place in common", async () => {
  const pictures = await Promise.all([10, 11, 12, 13, 14, 15].map(async (seed) => gray(sharp(await photo(seed)))));
  const found = pictures.flatMap((first, i) => pictures.slice(i + 1).map((second) => places(first, second)));
  expect(found.filter(({ length }) => length > 0).length).toBeLessThan(found.length / 3);
  const plain = { width: 160, height: 120, values: new Float32Array(160 * 120).fill(0.5) };
  expect(isPlain(plain)).toBe(true);
  expect(isPlain(pictures[0])).toBe(false);
  expect(places(plain, plain)).toEqual([]);
  expect(places(plain, pictures[0])).toEqual([]);
});

test("pictures of one pixel, of one row and of one column are compared without an error", () => {
  const shapes = [
    { width: 1, height: 1 },
    { width: 160, height: 1 },
    { width: 1, height: 160 },
  ];
  const pictures = shapes.map(({ width, height }) => {
    return { width, height, values: Float32Array.from({ length: width * height }, (_, i) => (i % 7) / 7) };
  });
  for (const first of pictures) for (const second of pictures) expect(() => isCopy(first, second)).not.toThrow();
});
