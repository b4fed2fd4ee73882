import { type ImageVectors, vectorsByImage } from "#data/image-vectors.ts";
import { ImageBlock, mostVectors, type Nearer } from "#search/image-block.ts";
import { filledUpVector } from "#search/second-look.ts";

/** WebAssembly reaches 4 GiB with one memory: vectors lie in several, each with all vectors of its images. */
const BLOCK_BYTES = 2 ** 30;

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
  readonly #blocks: readonly ImageBlock[];

  constructor(vectors: ImageVectors) {
    this.#vectors = vectors;
    this.#numbers = vectorsByImage(vectors);
    this.distance = new Float64Array(vectors.imageCount).fill(Number.POSITIVE_INFINITY);
    this.row = new Uint32Array(vectors.imageCount);
    const { dim } = vectors.matrix;
    const most = mostVectors(this.#numbers);
    this.#blocks = inBlocks(this.#numbers, BLOCK_BYTES / (4 * filledUpVector(dim))).map(
      (part) => new ImageBlock(vectors, this.#numbers, part, most),
    );
  }

  /**
   * Takes an image, with all of its vectors, among the chosen; each only once.
   *
   * @returns the images that it is nearer to than every earlier choice
   */
  add(image: number): Nearer {
    const nearer: Nearer = { images: [], squared: [] };
    for (const block of this.#blocks) {
      block.compare(this.#vectorsOf(image), image);
      block.tellAll(image, nearer);
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
    const blockOf = (other: number) => this.#blocks.find(({ end }) => other < end) as ImageBlock;
    for (const [i, other] of known.images.entries()) blockOf(other).bring(other, known.squared[i], image, nearer);
    for (const other of others) {
      const block = blockOf(other);
      block.compare(this.#vectorsOf(image), image, other);
      block.tell(other, image, nearer);
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

/** First and last (excluded) image of each block. */
function inBlocks(numbers: readonly (readonly number[])[], vectors: number): [number, number][] {
  const blocks: [number, number][] = [];
  let first = 0;
  let held = 0;
  for (const [image, { length }] of numbers.entries()) {
    if (held + length > vectors && image > first) {
      blocks.push([first, image]);
      [first, held] = [image, 0];
    }
    held += length;
  }
  if (first < numbers.length) blocks.push([first, numbers.length]);
  return blocks;
}
