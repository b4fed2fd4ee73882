import { type ImageVectors, vectorsByImage } from "#data/image-vectors.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";

/** Images that a choice is nearer to than every earlier one, with their squared distances. */
export interface Nearer {
  readonly images: number[];
  readonly squared: number[];
}

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

  /**
   * Takes an image, with all of its vectors, among the chosen; each only once.
   *
   * @returns the images that it is nearer to than every earlier choice
   */
  add(image: number): Nearer {
    const nearer: Nearer = { images: [], squared: [] };
    for (const chunk of this.#chunks) {
      for (const vector of this.#vectorsOf(image)) chunk.compare(vector, image);
      chunk.tellAll(image, nearer);
    }
    return this.#noted(image, nearer);
  }

  /**
   * The same for a choice of which it is known what it is nearer to: only some images are compared.
   *
   * @param known may hold images that it is no longer nearest to
   * @param others images of which nothing is known
   */
  addKnown(image: number, known: Nearer, others: Iterable<number>): Nearer {
    const nearer: Nearer = { images: [], squared: [] };
    const chunkOf = (other: number) => this.#chunks.find(({ end }) => other < end) as Chunk;
    for (const [i, other] of known.images.entries()) chunkOf(other).bring(other, known.squared[i], image, nearer);
    for (const other of others) {
      const chunk = chunkOf(other);
      for (const vector of this.#vectorsOf(image)) chunk.compare(vector, image, other);
      chunk.tell(other, image, nearer);
    }
    return this.#noted(image, nearer);
  }

  #vectorsOf(image: number): Float32Array[] {
    const { values, dim } = this.#vectors.matrix;
    return this.#numbers[image].map((own) => values.subarray(own * dim, (own + 1) * dim));
  }

  #noted(image: number, nearer: Nearer): Nearer {
    for (const [i, other] of nearer.images.entries()) {
      this.distance[other] = Math.sqrt(nearer.squared[i]);
      this.row[other] = image;
    }
    return nearer;
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
  /** Behind its last image. */
  readonly end: number;
  /** Where each image's vectors begin, and behind the last; shape (images + 1,). */
  readonly #starts: Uint32Array;
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
    this.end = end;
    this.#starts = new Uint32Array(end - first + 1);
    for (let image = first; image < end; image++)
      this.#starts[image - first + 1] = this.#starts[image - first] + numbers[image].length;
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

  /** Compares a vector of the chosen image `name` with those of all images, or of one. */
  compare(vector: Float32Array, name: number, only?: number): void {
    this.#left.set(vector);
    const [left, rows, owners, nearest, which] = this.#addresses;
    const first = only === undefined ? 0 : this.#starts[only - this.#first];
    const count = (only === undefined ? (this.#starts.at(-1) ?? 0) : this.#starts[only - this.#first + 1]) - first;
    const place = first * this.#bytes;
    const look = this.#look.functions;
    look.nearer_rows(left, rows + place, count, this.#bytes, owners + 4 * first, nearest, which, name);
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
