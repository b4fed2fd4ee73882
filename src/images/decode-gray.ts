import type { GrayBytes } from "#data/gray-picture.ts";
import { openPicture, type PictureLimits } from "#images/open-picture.ts";

/**
 * A small gray picture of a file, upright, transparency laid on white, its longer side at most `side` pixels.
 *
 * @throws as `openPicture` does
 */
export async function decodeGray(path: string, side: number, limits: PictureLimits): Promise<GrayBytes> {
  const picture = await openPicture(path, limits);
  const { data, info } = await picture
    .decode()
    .autoOrient()
    .flatten({ background: "white" })
    .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
    .toColourspace("b-w")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { channels } = info;
  const values = new Uint8Array(info.width * info.height);
  for (let i = 0; i < values.length; i++) values[i] = data[i * channels];
  return { width: info.width, height: info.height, values };
}
