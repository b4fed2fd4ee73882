import sharp from "sharp";

/**
 * A JPEG laid in the middle of a white one of a given size, in which all of it is to be seen.
 *
 * @param width, height pixels
 */
export async function letterbox(jpeg: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const margin = 2;
  const inner = { width: width - 2 * margin, height: height - 2 * margin };
  const around = { top: margin, bottom: margin, left: margin, right: margin, background: "white" };
  return sharp(jpeg)
    .resize({ ...inner, fit: "contain", background: "white" })
    .extend(around)
    .jpeg({ quality: 82 })
    .toBuffer();
}
