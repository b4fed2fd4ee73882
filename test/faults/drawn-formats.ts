import { drawPicture } from "../support/pictures.ts";
import type { ImageBytes } from "./mutate-image.ts";

const SIZE = { width: 64, height: 48 };

/** A drawn picture in every format that is read, two of each where a format has two kinds of compression. */
export async function drawnFormats(): Promise<ImageBytes[]> {
  const drawn = (seed: number) => drawPicture(seed, SIZE);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48"><rect width="30" height="20" fill="teal"/></svg>`;
  return [
    { format: "jpg", content: await drawn(1).jpeg().toBuffer() },
    { format: "jpg", content: await drawn(2).jpeg({ progressive: true }).toBuffer() },
    { format: "png", content: await drawn(3).png().toBuffer() },
    { format: "webp", content: await drawn(4).webp().toBuffer() },
    { format: "webp", content: await drawn(5).webp({ lossless: true }).toBuffer() },
    { format: "gif", content: await drawn(6).gif().toBuffer() },
    { format: "tiff", content: await drawn(7).tiff({ compression: "lzw" }).toBuffer() },
    { format: "avif", content: await drawn(8).avif({ effort: 0 }).toBuffer() },
    { format: "svg", content: Buffer.from(svg) },
  ];
}
