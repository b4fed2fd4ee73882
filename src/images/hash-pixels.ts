import { createHash } from "node:crypto";
import { openPicture, type PictureLimits } from "#images/open-picture.ts";

/**
 * SHA-256 of a picture as it is seen: decoded, upright, in sRGB, transparency laid on white, with its size. Two files of one picture, as PNG and as
 * lossless WebP, have the same.
 *
 * @throws as `openPicture` does
 */
export async function hashPixels(path: string, limits: PictureLimits): Promise<string> {
  const picture = await openPicture(path, limits);
  const { data, info } = await picture
    .decode()
    .autoOrient()
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return createHash("sha256").update(`${info.width}x${info.height}x${info.channels}:`).update(data).digest("hex");
}
