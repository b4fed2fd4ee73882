import { openPicture, type PictureLimits } from "#images/open-picture.ts";

/** Changes whenever a thumbnail may come out with other bytes. */
export const THUMBNAIL_VERSION = 1;

/** Longer side of a thumbnail at most, in pixels, where nobody asks for another. */
const SIDE = 160;
const QUALITY = 76;

/**
 * A small JPEG of a picture, upright, in sRGB, transparency laid on white, without what its file says besides.
 *
 * @param side it fits into a square of so many pixels; smaller pictures stay as small as they are
 * @throws as `openPicture` does
 */
export async function encodeThumbnail(path: string, limits: PictureLimits, side = SIDE): Promise<Uint8Array> {
  const picture = await openPicture(path, limits);
  return picture
    .decode()
    .autoOrient()
    .flatten({ background: "white" })
    .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .jpeg({ quality: QUALITY })
    .toBuffer();
}
