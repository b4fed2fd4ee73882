import { type ImageVectors, vectorsByImage } from "#data/image-vectors.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";

/** WebAssembly reaches 4 GiB with one memory: vectors lie in several, each with all vectors of its images. */
const CHUNK_BYTES = 2 ** 30;

/**
 * Which of some chosen images each image is nearest to, by their closest vectors. Choices are added one by one, each at the cost of a pass
 * over the vectors. Exact: float32 only tells what is certainly farther than what was found before.
 */
export class NearestChosen {
  /** Plain L2 to the nearest chosen image, Infinity before the first; float64, shape (images,). */
  readonly distance: Float64Array;
  /** That image: the one that was chosen first where several are equally near; shape (images,). */
  readonly row: Uint32Array;
  readonly #vectors: ImageVectors;
  readonly #numbers: readonly (readonly number[])[];
  readonly #chunks: readonly Chunk[];

  constructor(vectors: ImageVectors) {
    this.#vectors = vectors;
    this.#numbers = vectorsByImage(vectors);
    this.distance = new Float64Array(vectors.imageCount).fill(Number.POSITIVE_INFINITY);
    this.row = new Uint32Array(vectors.imageCount);
    const { dim } = vectors.matrix;
    this.#chunks = inChunks(this.#numbers, CHUNK_BYTES / (4 * filledUpVector(dim))).map(
      ([first, end]) => new Chunk(vectors, this.#numbers, first, end),
    );
  }

  /** Takes an image, with all of its vectors, among the chosen. */
  add(image: number): void {
    const { values, dim } = this.#vectors.matrix;
    for (const chunk of this.#chunks) {
      for (const own of this.#numbers[image]) chunk.compare(values.subarray(own * dim, (own + 1) * dim), image);
      chunk.tell(this.distance, this.row);
    }
  }
}

/** First and last (excluded) image of each chunk. */
function inChunks(numbers: readonly (readonly number[])[], vectors: number): [number, number][] {
  const chunks: [number, number][] = [];
  let first = 0;
  let held = 0;
  for (const [image, { length }] of numbers.entries()) {
    if (held + length > vectors && image > first) {
      chunks.push([first, image]);
      [first, held] = [image, 0];
    }
    held += length;
  }
  if (first < numbers.length) chunks.push([first, numbers.length]);
  return chunks;
}

/** The vectors of consecutive images, in WebAssembly's memory. */
class Chunk {
  readonly #look = new SecondLook();
  readonly #first: number;
  readonly #count: number;
  readonly #bytes: number;
  readonly #addresses: readonly number[];
  readonly #left: Float32Array;
  readonly #nearest: Float64Array;
  readonly #which: Uint32Array;

  constructor({ matrix }: ImageVectors, numbers: readonly (readonly number[])[], first: number, end: number) {
    const { values, dim } = matrix;
    const held = numbers.slice(first, end).flatMap((vectors, image) => vectors.map((vector) => ({ vector, image })));
    const stride = filledUpVector(dim);
    this.#first = first;
    this.#count = held.length;
    this.#bytes = stride * Float32Array.BYTES_PER_ELEMENT;
    const images = end - first;
    const sizes = [this.#bytes, this.#bytes * held.length, 4 * held.length, 8 * images, 4 * images];
    const { addresses, buffer } = this.#look.takeRoom(sizes);
    this.#addresses = addresses;
    const [left, rows, owners, nearest, which] = addresses;
    this.#left = new Float32Array(buffer, left, stride);
    const filled = new Float32Array(buffer, rows, stride * held.length);
    for (const [i, { vector }] of held.entries())
      filled.set(values.subarray(vector * dim, (vector + 1) * dim), i * stride);
    new Uint32Array(buffer, owners, held.length).set(held.map(({ image }) => image));
    this.#nearest = new Float64Array(buffer, nearest, images).fill(Number.POSITIVE_INFINITY);
    this.#which = new Uint32Array(buffer, which, images);
  }

  compare(vector: Float32Array, name: number): void {
    this.#left.set(vector);
    const [left, rows, owners, nearest, which] = this.#addresses;
    this.#look.functions.nearer_rows(left, rows, this.#count, this.#bytes, owners, nearest, which, name);
  }

  tell(distance: Float64Array, row: Uint32Array): void {
    for (const [i, squared] of this.#nearest.entries()) distance[this.#first + i] = Math.sqrt(squared);
    row.set(this.#which, this.#first);
  }
}
