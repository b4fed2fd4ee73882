/** A small gray picture, as two pictures are laid over each other. */
export interface GrayPicture {
  readonly width: number;
  readonly height: number;
  /** Luma 0..1, row-major, shape (height, width). */
  readonly values: Float32Array;
}

/** The same to be kept and sent, in a quarter of the room. */
export interface GrayBytes {
  readonly width: number;
  readonly height: number;
  /** Luma 0..255, row-major, shape (height, width). */
  readonly values: Uint8Array;
}

export function grayPicture(width: number, height: number): GrayPicture {
  return { width, height, values: new Float32Array(width * height) };
}

export function fromBytes({ width, height, values }: GrayBytes): GrayPicture {
  const gray = grayPicture(width, height);
  for (let i = 0; i < values.length; i++) gray.values[i] = values[i] / 255;
  return gray;
}

export function toBytes({ width, height, values }: GrayPicture): GrayBytes {
  const bytes = { width, height, values: new Uint8Array(values.length) };
  for (let i = 0; i < values.length; i++) bytes.values[i] = Math.round(values[i] * 255);
  return bytes;
}
