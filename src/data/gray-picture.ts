/** A small gray picture, as two pictures are laid over each other. */
export interface GrayPicture {
  readonly width: number;
  readonly height: number;
  /** Luma 0..1, row-major, shape (height, width). */
  readonly values: Float32Array;
}

export function grayPicture(width: number, height: number): GrayPicture {
  return { width, height, values: new Float32Array(width * height) };
}
