import { readBytes } from "#base/byte-shelf.ts";

/** Pixels of a picture, RGB, 0..255, shape (height, width, 3): at hand, or by their offset on a shelf. */
export type PixelPlace = Uint8Array | number;

/** Writes pictures one after the other, each as long as `pictureBytes`. @param shelf its file, where places are of one */
export function fillBatch(
  batch: Uint8Array,
  pictures: readonly PixelPlace[],
  { pictureBytes, shelf }: { readonly pictureBytes: number; readonly shelf: number | undefined },
): void {
  for (const [i, pixels] of pictures.entries()) {
    const target = batch.subarray(i * pictureBytes, (i + 1) * pictureBytes);
    if (typeof pixels === "number") readBytes(shelf as number, target, pixels);
    else target.set(pixels);
  }
}
