/** Pixels in rows: RGB, 0..255, shape (height, width, 3). */
export interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The picture as a mirror shows it: left is right. */
export function mirrored({ data, width, height }: Pixels): Uint8Array {
  const seen = new Uint8Array(data.length);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const column = pixel % width;
    const from = 3 * (pixel - column + (width - 1 - column));
    for (let channel = 0; channel < 3; channel++) seen[3 * pixel + channel] = data[from + channel];
  }
  return seen;
}

/** A part of the picture, pixel by pixel. */
export function cutOut(
  { data, width }: Pixels,
  part: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): Uint8Array {
  const cut = new Uint8Array(3 * part.width * part.height);
  for (let row = 0; row < part.height; row++) {
    const from = 3 * ((part.top + row) * width + part.left);
    cut.set(data.subarray(from, from + 3 * part.width), 3 * row * part.width);
  }
  return cut;
}
