import type { ImageVectors } from "#data/image-vectors.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";

/** Images that a choice is nearer to than every earlier one, with their squared distances. */
export interface Nearer {
  readonly images: number[];
  readonly squared: number[];
}

/** What a processor's own cache holds beside other things: so many rows are compared with all vectors of a choice before the next come. */
const CACHED_BYTES = 2 ** 18;

/** The vectors of consecutive images, in WebAssembly's memory. */
export class ImageBlock {
  readonly #look = new SecondLook();
  readonly #first: number;
  /** Behind its last image. */
  readonly end: number;
  /** Where each image's vectors begin, and behind the last; shape (images + 1,). */
  readonly #starts: Uint32Array;
  readonly #bytes: number;
  readonly #addresses: readonly number[];
  readonly #left: Float32Array;
  readonly #nearest: Float64Array;
  readonly #which: Uint32Array;

  /**
   * @param numbers the vectors of each image
   * @param part first and last (excluded) image of the block
   * @param most vectors that are compared at once at most
   */
  constructor(
    { matrix }: ImageVectors,
    numbers: readonly (readonly number[])[],
    [first, end]: readonly [number, number],
    most: number,
  ) {
    const { values, dim } = matrix;
    const held = numbers.slice(first, end).flatMap((vectors, image) => vectors.map((vector) => ({ vector, image })));
    const stride = filledUpVector(dim);
    this.#first = first;
    this.end = end;
    this.#starts = new Uint32Array(end - first + 1);
    for (let image = first; image < end; image++)
      this.#starts[image - first + 1] = this.#starts[image - first] + numbers[image].length;
    this.#bytes = stride * Float32Array.BYTES_PER_ELEMENT;
    const images = end - first;
    const sizes = [this.#bytes * most, this.#bytes * held.length, 4 * held.length, 8 * images, 4 * images];
    const { addresses, buffer } = this.#look.takeRoom(sizes);
    this.#addresses = addresses;
    const [left, rows, owners, nearest, which] = addresses;
    this.#left = new Float32Array(buffer, left, stride * most);
    const filled = new Float32Array(buffer, rows, stride * held.length);
    for (const [i, { vector }] of held.entries())
      filled.set(values.subarray(vector * dim, (vector + 1) * dim), i * stride);
    new Uint32Array(buffer, owners, held.length).set(held.map(({ image }) => image));
    this.#nearest = new Float64Array(buffer, nearest, images).fill(Number.POSITIVE_INFINITY);
    this.#which = new Uint32Array(buffer, which, images);
  }

  /** Compares the vectors of the chosen image `name` with those of all images, or of one. */
  compare(vectors: readonly Float32Array[], name: number, only?: number): void {
    const first = only === undefined ? 0 : this.#starts[only - this.#first];
    const end = only === undefined ? (this.#starts.at(-1) ?? 0) : this.#starts[only - this.#first + 1];
    const lefts = this.#lefts(vectors);
    const [, rows, owners, nearest, which] = this.#addresses;
    const look = this.#look.functions;
    const step = Math.max(1, Math.floor(CACHED_BYTES / this.#bytes));
    for (let row = first; row < end; row += step) {
      const count = Math.min(step, end - row);
      const [from, of] = [rows + row * this.#bytes, owners + 4 * row];
      for (const left of lefts) look.nearer_rows(left, from, count, this.#bytes, of, nearest, which, name);
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

  /** Takes in what is known of an image without comparing. */
  bring(image: number, squared: number, name: number, nearer: Nearer): void {
    const i = image - this.#first;
    if (squared >= this.#nearest[i]) return;
    this.#nearest[i] = squared;
    this.#which[i] = name;
    this.tell(image, name, nearer);
  }

  tellAll(name: number, nearer: Nearer): void {
    for (let image = this.#first; image < this.end; image++) this.tell(image, name, nearer);
  }

  /** Tells whether the image is nearest to the choice `name`. */
  tell(image: number, name: number, { images, squared }: Nearer): void {
    const i = image - this.#first;
    if (this.#which[i] !== name || this.#nearest[i] === Number.POSITIVE_INFINITY) return;
    images.push(image);
    squared.push(this.#nearest[i]);
  }
}

/** Vectors that an image has at most. */
export function mostVectors(numbers: readonly (readonly number[])[]): number {
  return numbers.reduce((most, { length }) => Math.max(most, length), 0);
}
