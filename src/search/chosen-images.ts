import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import { largestFloatSum } from "#search/error-bound.ts";
import { filledUpVector, SecondLook } from "#search/second-look.ts";

/** An image and how far it is; plain L2. */
export interface Neighbour {
  readonly row: number;
  readonly distance: number;
}

const BATCH_ROWS = 256;
const FIRST_ROOM = 256;

/** The images that were chosen so far, in their order, and which of them is nearest to another. Exact, by their closest vectors. */
export class ChosenImages {
  readonly #vectors: ImageVectors;
  readonly #numbers: readonly (readonly number[])[];
  readonly #look = new SecondLook();
  readonly #stride: number;
  readonly #images: number[] = [];
  /** Place among the chosen of the image that each vector is of. */
  readonly #placeOfVector: number[] = [];
  /** Where the vectors of each chosen image begin, and behind the last. */
  readonly #starts: number[] = [0];
  #shared: FeatureMatrix;

  /** @param numbers the vectors of each image */
  constructor(vectors: ImageVectors, numbers: readonly (readonly number[])[]) {
    this.#vectors = vectors;
    this.#numbers = numbers;
    this.#stride = filledUpVector(vectors.matrix.dim);
    this.#shared = sharedMatrix(FIRST_ROOM, vectors.matrix.dim);
  }

  get count(): number {
    return this.#images.length;
  }

  add(image: number): void {
    const { values, dim } = this.#vectors.matrix;
    const numbers = this.#numbers[image];
    const first = this.#placeOfVector.length;
    while (first + numbers.length > this.#shared.rowCount) this.#grow();
    const { rows } = this.#room(first + numbers.length);
    for (const [i, number] of numbers.entries()) {
      const vector = values.subarray(number * dim, (number + 1) * dim);
      this.#shared.values.set(vector, (first + i) * dim);
      rows.fill(0, (first + i) * this.#stride, (first + i + 1) * this.#stride).set(vector, (first + i) * this.#stride);
      this.#placeOfVector.push(this.#images.length);
    }
    this.#images.push(image);
    this.#starts.push(this.#placeOfVector.length);
  }

  /** The vectors of all but the first so many chosen images, in shared memory. */
  vectorsAfter(seen: number): FeatureMatrix {
    return rowsOf(this.#shared, this.#starts[seen], this.#placeOfVector.length);
  }

  /** The chosen image that is nearest to another: the earliest of equally near ones; undefined where none is chosen. */
  nearest(image: number): Neighbour | undefined {
    if (this.#images.length === 0) return undefined;
    const { values, dim } = this.#vectors.matrix;
    const best = { squared: Number.POSITIVE_INFINITY, place: 0 };
    for (const number of this.#numbers[image]) this.#compare(values.subarray(number * dim, (number + 1) * dim), best);
    return { row: this.#images[best.place], distance: Math.sqrt(best.squared) };
  }

  /** Compares a vector with those of all chosen images. */
  #compare(vector: Float32Array, best: { squared: number; place: number }): void {
    const count = this.#placeOfVector.length;
    const { addresses: at, left, near, squared, rowAddresses } = this.#room(count);
    left.fill(0).set(vector);
    for (let first = 0; first < count; first += BATCH_ROWS) {
      const size = Math.min(BATCH_ROWS, count - first);
      for (let i = 0; i < size; i++) rowAddresses[i] = at[4] + (first + i) * this.#stride * 4;
      const limit = Math.fround(largestFloatSum(vector.length, best.squared));
      const found = this.#look.functions.near_rows(at[0], at[1], size, this.#stride * 4, limit, at[2], at[3]);
      for (let i = 0; i < found; i++) {
        const place = this.#placeOfVector[first + near[i]];
        if (squared[i] > best.squared || (squared[i] === best.squared && place >= best.place)) continue;
        best.squared = squared[i];
        best.place = place;
      }
    }
  }

  #grow(): void {
    const { values, rowCount, dim } = this.#shared;
    this.#shared = sharedMatrix(2 * rowCount, dim);
    this.#shared.values.set(values);
  }

  /** WebAssembly's memory, with room for so many chosen vectors: those stay where they are when it grows. */
  #room(vectors: number) {
    const bytes = 4 * this.#stride;
    const sizes = [bytes, 4 * BATCH_ROWS, 4 * BATCH_ROWS, 8 * BATCH_ROWS, bytes * vectors];
    const { addresses, buffer } = this.#look.takeRoom(sizes);
    return {
      addresses,
      left: new Float32Array(buffer, addresses[0], this.#stride),
      rowAddresses: new Uint32Array(buffer, addresses[1], BATCH_ROWS),
      near: new Uint32Array(buffer, addresses[2], BATCH_ROWS),
      squared: new Float64Array(buffer, addresses[3], BATCH_ROWS),
      rows: new Float32Array(buffer, addresses[4], this.#stride * vectors),
    };
  }
}
