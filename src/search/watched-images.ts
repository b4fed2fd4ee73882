import type { ImageVectors } from "#data/image-vectors.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";

/** What a processor's own cache holds beside other things: so many rows are compared with all vectors of a choice before the next come. */
const CACHED_BYTES = 2 ** 18;

/** A squared distance that a square root took digits from is not smaller than this many times its square. */
const ROUNDED_UP = 1 + 2 ** -50;

/** A few images whose vectors lie in WebAssembly's memory, so that each choice is compared with all of them at once. Exact. */
export class WatchedImages {
  readonly #vectors: ImageVectors;
  readonly #numbers: readonly (readonly number[])[];
  readonly #look = new SecondLook();
  readonly #bytes: number;
  readonly #most: number;
  #images: readonly number[] = [];
  #addresses: readonly number[] = [];
  #rowCount = 0;
  #left = new Float32Array(0);
  #nearest = new Float64Array(0);

  /** @param numbers the vectors of each image; @param most vectors that an image has at most */
  constructor(vectors: ImageVectors, numbers: readonly (readonly number[])[], most: number) {
    this.#vectors = vectors;
    this.#numbers = numbers;
    this.#most = most;
    this.#bytes = filledUpVector(vectors.matrix.dim) * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Vectors that an image has at most. */
  get perImage(): number {
    return this.#most;
  }

  get images(): readonly number[] {
    return this.#images;
  }

  /** Takes these images in place of the earlier ones. */
  hold(images: readonly number[]): void {
    const { values, dim } = this.#vectors.matrix;
    const held = images.flatMap((image, i) => this.#numbers[image].map((vector) => ({ vector, i })));
    const stride = this.#bytes / 4;
    const sizes = [this.#bytes * this.#most, this.#bytes * held.length, 4 * held.length, 8 * images.length];
    const { addresses, buffer } = this.#look.takeRoom([...sizes, 4 * images.length]);
    this.#left = new Float32Array(buffer, addresses[0], stride * this.#most).fill(0);
    const rows = new Float32Array(buffer, addresses[1], stride * held.length).fill(0);
    for (const [i, { vector }] of held.entries())
      rows.set(values.subarray(vector * dim, (vector + 1) * dim), i * stride);
    new Uint32Array(buffer, addresses[2], held.length).set(held.map(({ i }) => i));
    this.#nearest = new Float64Array(buffer, addresses[3], images.length);
    this.#rowCount = held.length;
    this.#addresses = addresses;
    this.#images = images;
  }

  /**
   * Compares a choice with the images that are held.
   *
   * @param covered plain L2 from every image to what is labeled or chosen: brought down where the choice is nearer
   */
  compare(choice: number, covered: Float64Array): void {
    if (this.#rowCount === 0) return;
    const { values, dim } = this.#vectors.matrix;
    const stride = this.#bytes / 4;
    const [left, rows, owners, nearest, which] = this.#addresses;
    const lefts = this.#numbers[choice].map((vector, i) => {
      this.#left.set(values.subarray(vector * dim, (vector + 1) * dim), i * stride);
      return left + i * this.#bytes;
    });
    const images = this.#images;
    for (let i = 0; i < images.length; i++) this.#nearest[i] = covered[images[i]] ** 2 * ROUNDED_UP;
    const step = Math.max(1, Math.floor(CACHED_BYTES / this.#bytes));
    for (let row = 0; row < this.#rowCount; row += step) {
      const count = Math.min(step, this.#rowCount - row);
      const [from, of] = [rows + row * this.#bytes, owners + 4 * row];
      for (const vector of lefts)
        this.#look.functions.nearer_rows(vector, from, count, this.#bytes, of, nearest, which, 0);
    }
    for (let i = 0; i < images.length; i++) {
      const distance = Math.sqrt(this.#nearest[i]);
      if (distance < covered[images[i]]) covered[images[i]] = distance;
    }
  }
}
