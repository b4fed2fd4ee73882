import type { DecidedImage } from "#data/decision.ts";
import type { ImageRecord } from "#data/image-record.ts";

/**
 * Finds images of an earlier run among those of this one: by path and content, or, where one was moved or renamed, by its content if one other
 * image alone has it.
 *
 * @param images by rank
 * @returns the rank of an image; undefined where it is gone, or its content has changed
 */
export function rowsOfImages(images: readonly ImageRecord[]): (image: DecidedImage) => number | undefined {
  const rowOfPath = new Map(images.map(({ id }, row) => [id, row]));
  const rowOfContent = new Map<string, number | undefined>();
  for (const [row, { sha256 }] of images.entries())
    rowOfContent.set(sha256, rowOfContent.has(sha256) || sha256 === "" ? undefined : row);
  return ({ path, sha256 }) => {
    const row = rowOfPath.get(path);
    if (row === undefined) return rowOfContent.get(sha256);
    return images[row].sha256 === sha256 ? row : undefined;
  };
}
