import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { openPicture } from "#images/open-picture.ts";
import { drawPicture } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function opened(picture: Sharp, { maxPixels = 1e6, maxDecodedBytes = 1e7 }) {
  const file = join(await temporaryFolder(), "picture");
  await writeFile(file, await picture.png().toBuffer());
  return openPicture(file, { maxPixels, maxDecodedBytes });
}

test("a picture of exactly the pixels and bytes that are allowed is opened, one of more refused by its header", async () => {
  const picture = () => drawPicture(3, { width: 300, height: 200 });
  const { width, height } = await opened(picture(), { maxPixels: 60_000, maxDecodedBytes: 180_000 });
  expect([width, height]).toEqual([300, 200]);
  await expect(opened(picture(), { maxPixels: 59_999 })).rejects.toMatchObject({
    fault: "content",
    message: "the picture has 0.06 megapixels, at most 0.05 are decoded",
  });
  await expect(opened(picture(), { maxDecodedBytes: 179_999 })).rejects.toMatchObject({
    fault: "content",
    message: "the decoded picture would take 0.18 MB, at most 0.17",
  });
});

test("16-bit samples and transparency count as the bytes that they take", async () => {
  const deep = () => drawPicture(4, { width: 100, height: 100 }).ensureAlpha().toColourspace("rgb16");
  await opened(deep(), { maxDecodedBytes: 80_000 });
  await expect(opened(deep(), { maxDecodedBytes: 79_999 })).rejects.toThrow(/would take/);
});

test("a picture of which only the header is left is refused for its size, not for what is missing", async () => {
  const whole = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: "red" } })
    .png()
    .toBuffer();
  const file = join(await temporaryFolder(), "bomb.png");
  await writeFile(file, whole.subarray(0, 1000));
  await expect(openPicture(file, { maxPixels: 1e9, maxDecodedBytes: 1e8 })).rejects.toThrow(/would take 231.75 MB/);
});

test.each(["jpeg", "png", "webp", "tiff", "gif", "avif", "v"])("a picture saved as %s is read", async (format) => {
  const file = join(await temporaryFolder(), `picture.${format}`);
  await drawPicture(5, { width: 60, height: 40 }).toFile(file);
  const { width, height } = await openPicture(file, { maxPixels: 1e6, maxDecodedBytes: 1e7 });
  expect([width, height]).toEqual([60, 40]);
});
