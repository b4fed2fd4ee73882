import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { hashFile } from "#base/hash-file.ts";
import { type DecodeOptions, decodeImage } from "#images/decode-image.ts";
import { drawPicture } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const LIMITS = { maxPixels: 1e6, maxDecodedBytes: 1e7 };

function options(changes: Partial<DecodeOptions["preset"]> = {}): DecodeOptions {
  return { preset: { width: 8, height: 8, resize: "squash", kernel: "lanczos3", ...changes }, views: [] };
}

async function decoded(content: Buffer, changes: Partial<DecodeOptions["preset"]> = {}) {
  const file = join(await temporaryFolder(), "picture");
  await writeFile(file, content);
  return decodeImage(file, options(changes), LIMITS);
}

/** Largest difference of any pixel, 0..255. */
function farthest(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

test("decodeImage() gives the upright picture for every EXIF orientation", async () => {
  const upright = drawPicture(1, { width: 60, height: 40 });
  const expected = await decoded(await upright.png().toBuffer());
  // how a camera stores the picture for each orientation: the inverse of what a viewer does
  const stored: Record<number, (image: Sharp) => Sharp> = {
    1: (image) => image,
    2: (image) => image.flop(),
    3: (image) => image.rotate(180),
    4: (image) => image.flip(),
    6: (image) => image.rotate(270),
    8: (image) => image.rotate(90),
  };
  for (const [orientation, store] of Object.entries(stored)) {
    const turned = await store(sharp(await upright.png().toBuffer()))
      .png()
      .toBuffer();
    const file = await sharp(turned)
      .withMetadata({ orientation: Number(orientation) })
      .png()
      .toBuffer();
    const { pixels, width, height } = await decoded(file);
    expect([width, height]).toEqual([60, 40]);
    expect(farthest(pixels, expected.pixels)).toBeLessThanOrEqual(2);
  }
});

test("decodeImage() gives RGB of gray, 16-bit, CMYK and transparent pictures, transparency on white", async () => {
  const gray = await decoded(await drawPicture(2).grayscale().png().toBuffer());
  expect(gray.pixels).toHaveLength(8 * 8 * 3);
  const deep = await decoded(await drawPicture(2).toColourspace("rgb16").png().toBuffer());
  const plain = await decoded(await drawPicture(2).png().toBuffer());
  expect(farthest(deep.pixels, plain.pixels)).toBeLessThanOrEqual(1);
  const cmyk = await decoded(await drawPicture(2).toColourspace("cmyk").jpeg().toBuffer());
  expect(cmyk.pixels).toHaveLength(8 * 8 * 3);
  const clear = sharp({ create: { width: 9, height: 9, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
  expect([...new Set((await decoded(await clear.png().toBuffer())).pixels)]).toEqual([255]);
});

test("decodeImage() can crop the centre or pad instead of squashing", async () => {
  const halves = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32"><rect width="16" height="32" fill="red"/></svg>`;
  const wide = await sharp(Buffer.from(halves)).flatten({ background: "white" }).png().toBuffer();
  const red = ({ pixels }: { pixels: Uint8Array }) =>
    pixels.some((_, i) => i % 3 === 0 && pixels[i] > 200 && pixels[i + 1] < 60);
  expect(red(await decoded(wide))).toBe(true);
  expect(red(await decoded(wide, { resize: "crop", cropFrom: 8 }))).toBe(false);
  const padded = await decoded(wide, { resize: "pad" });
  expect([...padded.pixels.subarray(0, 3)]).toEqual([127, 127, 127]);
});

test("hashFile() equals sha256sum for empty, small and large files", async () => {
  const folder = await temporaryFolder();
  const { createHash } = await import("node:crypto");
  for (const length of [0, 1, 5000, 3_000_001]) {
    const content = Buffer.alloc(length, "twinsift");
    await writeFile(join(folder, "file"), content);
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect(await hashFile(join(folder, "file"))).toEqual({ sha256, bytes: length });
  }
});
