import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { encodeThumbnail } from "#images/encode-thumbnail.ts";
import { drawPicture } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const limits = { maxPixels: 1e6, maxDecodedBytes: 1e8 };

async function thumbnailOf(content: Buffer) {
  const path = join(await temporaryFolder(), "picture");
  await writeFile(path, content);
  const jpeg = await encodeThumbnail(path, limits);
  return { jpeg, ...(await sharp(jpeg).metadata()) };
}

test("a thumbnail is an upright JPEG of at most 160 pixels a side, without what its file says besides", async () => {
  const turned = await drawPicture(1).resize(400, 300).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const { format, width, height, exif, icc, space, jpeg } = await thumbnailOf(turned);
  expect({ format, width, height, exif, icc, space }).toEqual({
    ...{ format: "jpeg", width: 120, height: 160, space: "srgb" },
    ...{ exif: undefined, icc: undefined },
  });
  expect(jpeg.length).toBeLessThan(20_000);
});

test("small pictures are not enlarged, and what is transparent is white", async () => {
  const clear = await sharp({ create: { width: 30, height: 20, channels: 4, background: "#00000000" } })
    .png()
    .toBuffer();
  const { jpeg, width, height } = await thumbnailOf(clear);
  expect([width, height]).toEqual([30, 20]);
  const { dominant } = await sharp(jpeg).stats();
  expect(Math.min(dominant.r, dominant.g, dominant.b)).toBeGreaterThan(240);
});

test("gray and CMYK pictures give thumbnails too", async () => {
  for (const picture of [drawPicture(2).toColourspace("b-w").png(), drawPicture(3).toColourspace("cmyk").jpeg()])
    expect(await thumbnailOf(await picture.toBuffer())).toMatchObject({
      format: "jpeg",
      space: expect.stringMatching(/srgb|b-w/),
    });
});
