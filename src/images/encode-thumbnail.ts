import { openPicture, type PictureLimits } from "#images/open-picture.ts";

/** Changes whenever a thumbnail may come out with other bytes. */
export const THUMBNAIL_VERSION = 1;

/** Longer side of a thumbnail at most, in pixels. */
const SIDE = 160;
const QUALITY = 76;

/**
 * A small JPEG of a picture, upright, in sRGB, transparency laid on white, without what its file says besides.
 *
 * @throws as `openPicture` does
 */
export async function encodeThumbnail(path: string, limits: PictureLimits): Promise<Uint8Array> {
  const picture = await openPicture(path, limits);
  return picture
    .decode()
    .autoOrient()
    .flatten({ background: "white" })
    .resize({ width: SIDE, height: SIDE, fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .jpeg({ quality: QUALITY })
    .toBuffer();
}
