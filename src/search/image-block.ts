import type { ImageVectors } from "#data/image-vectors.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";

/** What a processor's own cache holds beside other things: so many rows are compared with all vectors of a choice before the next come. */
const CACHED_BYTES = 2 ** 18;

/** The vectors of some images, in WebAssembly's memory. */
export class ImageBlock {
  readonly #look = new SecondLook();
  readonly #rowCount: number;
  readonly #bytes: number;
  readonly #addresses: readonly number[];
  readonly #left: Float32Array;
  readonly #nearest: Float64Array;

  /**
   * @param numbers the vectors of each image
   * @param most vectors that are compared at once at most
   */
  constructor({ matrix }: ImageVectors, numbers: readonly (readonly number[])[], most: number) {
    const { values, dim } = matrix;
    const held = numbers.flatMap((vectors, image) => vectors.map((vector) => ({ vector, image })));
    const stride = filledUpVector(dim);
    this.#rowCount = held.length;
    this.#bytes = stride * Float32Array.BYTES_PER_ELEMENT;
    const images = numbers.length;
    const sizes = [this.#bytes * most, this.#bytes * held.length, 4 * held.length, 8 * images, 4 * images];
    const { addresses, buffer } = this.#look.takeRoom(sizes);
    this.#addresses = addresses;
    const [left, rows, owners, nearest] = addresses;
    this.#left = new Float32Array(buffer, left, stride * most);
    const filled = new Float32Array(buffer, rows, stride * held.length);
    for (const [i, { vector }] of held.entries())
      filled.set(values.subarray(vector * dim, (vector + 1) * dim), i * stride);
    new Uint32Array(buffer, owners, held.length).set(held.map(({ image }) => image));
    this.#nearest = new Float64Array(buffer, nearest, images).fill(Number.POSITIVE_INFINITY);
  }

  /** Compares vectors with those of all images. */
  compare(vectors: readonly Float32Array[]): void {
    const lefts = this.#lefts(vectors);
    const [, rows, owners, nearest, which] = this.#addresses;
    const look = this.#look.functions;
    const step = Math.max(1, Math.floor(CACHED_BYTES / this.#bytes));
    for (let row = 0; row < this.#rowCount; row += step) {
      const count = Math.min(step, this.#rowCount - row);
      const [from, of] = [rows + row * this.#bytes, owners + 4 * row];
      for (const left of lefts) look.nearer_rows(left, from, count, this.#bytes, of, nearest, which, 0);
    }
  }

  /** Puts vectors where WebAssembly reads them. */
  #lefts(vectors: readonly Float32Array[]): number[] {
    const stride = this.#bytes / Float32Array.BYTES_PER_ELEMENT;
    return vectors.map((vector, i) => {
      this.#left.set(vector, i * stride);
      return this.#addresses[0] + i * this.#bytes;
    });
  }

  /** Begins anew: nothing was compared. */
  forget(): void {
    this.#nearest.fill(Number.POSITIVE_INFINITY);
  }

  /** Plain L2 from each image to the nearest vector it was compared with; float64, shape (images,). */
  distances(): Float64Array {
    return this.#nearest.map(Math.sqrt);
  }
}

/** Vectors that an image has at most. */
export function mostVectors(numbers: readonly (readonly number[])[]): number {
  return numbers.reduce((most, { length }) => Math.max(most, length), 0);
}
