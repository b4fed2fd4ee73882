import type { WorkerPool } from "#base/worker-pool.ts";
import { type ImageVectors, vectorsByImage } from "#data/image-vectors.ts";
import { ChosenImages, type Neighbour } from "#search/chosen-images.ts";
import { FarthestImages } from "#search/farthest-images.ts";
import { mostVectors } from "#search/image-block.ts";
import { inParts } from "#search/nearest-images.ts";
import type { SearchHandlers } from "#search/search-worker.ts";
import { WatchedImages } from "#search/watched-images.ts";

export interface CoverageOptions {
  /** Plain L2 from each image to its nearest labeled one; undefined when nothing is labeled. */
  readonly toLabeled: Float64Array | undefined;
  /** Whether an image has to be covered. */
  readonly counts: (image: number) => boolean;
  /** Whether one that has to be covered may be chosen. */
  readonly isOpen: (image: number) => boolean;
}

/** Rows that a thread compares in one call. */
const ROWS_A_CALL = 2048;
const PART_ROWS = 8192;

/**
 * How far images are from all that is labeled or chosen, as images are chosen one by one. Exact, in float64; two images are as far as their
 * closest vectors.
 */
export class Coverage {
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #vectors: ImageVectors;
  readonly #numbers: readonly (readonly number[])[];
  readonly #chosen: ChosenImages;
  /** To what is labeled or to one of the choices that each image was compared with. */
  readonly #covered: Float64Array;
  /** How many choices that are. */
  readonly #seen: Uint32Array;
  readonly #isOpen: (image: number) => boolean;
  /** Squared norms of all vectors; computed when first asked for. */
  #squares: Promise<Float64Array> | undefined;
  #open: FarthestImages;
  #others: FarthestImages;

  constructor(pool: WorkerPool<SearchHandlers>, vectors: ImageVectors, options: CoverageOptions) {
    const { toLabeled, counts, isOpen } = options;
    this.#pool = pool;
    this.#vectors = vectors;
    this.#numbers = vectorsByImage(vectors);
    this.#chosen = new ChosenImages(vectors, this.#numbers);
    this.#covered = toLabeled?.slice() ?? new Float64Array(vectors.imageCount).fill(Number.POSITIVE_INFINITY);
    this.#seen = new Uint32Array(vectors.imageCount);
    this.#isOpen = isOpen;
    const images = [...this.#numbers.keys()].filter(counts);
    this.#open = this.#farthestOf(images.filter(isOpen));
    this.#others = this.#farthestOf(images.filter((image) => !isOpen(image)));
  }

  /** Takes an image among the chosen. */
  add(image: number): void {
    this.#open.remove(image);
    this.#chosen.add(image);
    for (const farthest of [this.#open, this.#others]) {
      farthest.add(image);
      this.#noteWatched(farthest);
    }
  }

  /** Leaves an image out: it no longer may be chosen, nor has it to be covered. */
  leaveOut(image: number): void {
    this.#open.remove(image);
  }

  /** Lets images in that did not count: from now on they have to be covered, and may be chosen where they are open; all others leave. */
  turnTo(images: Iterable<number>): void {
    const all = [...images];
    this.#open = this.#farthestOf(all.filter(this.#isOpen));
    this.#others = this.#farthestOf(all.filter((image) => !this.#isOpen(image)));
  }

  /** The image that may be chosen and is farthest from what is labeled or chosen: the smallest number of equally far ones; −1 when none is left. */
  farthest(): Promise<number> {
    return this.#open.farthest();
  }

  /** The largest distance of any image to what is labeled or chosen. */
  async radius(): Promise<number> {
    const farthest = [await this.#open.farthest(), await this.#others.farthest()];
    return Math.max(0, ...farthest.filter((image) => image >= 0).map((image) => this.#covered[image]));
  }

  /** The chosen image that is nearest to another one: the earliest of equally near ones; undefined where none is chosen. */
  nearestChosen(image: number): Neighbour | undefined {
    return this.#chosen.nearest(image);
  }

  #farthestOf(images: readonly number[]): FarthestImages {
    const most = mostVectors(this.#numbers);
    return new FarthestImages(this.#covered, images, {
      watched: new WatchedImages(this.#vectors, this.#numbers, most),
      bringUpToDate: (some) => this.#bringUpToDate(some),
      choices: this.#chosen.count,
    });
  }

  #noteWatched({ watched }: FarthestImages): void {
    for (const image of watched) this.#seen[image] = this.#chosen.count;
  }

  async #bringUpToDate(images: readonly number[]): Promise<void> {
    const behind = new Map<number, number[]>();
    for (const image of images) {
      const seen = this.#seen[image];
      if (seen === this.#chosen.count) continue;
      const alike = behind.get(seen);
      if (alike) alike.push(image);
      else behind.set(seen, [image]);
    }
    await Promise.all([...behind].map(([seen, alike]) => this.#compareAll(alike, seen)));
  }

  /** Compares images with all choices but the first so many. */
  async #compareAll(images: readonly number[], seen: number): Promise<void> {
    const base = this.#chosen.vectorsAfter(seen);
    const calls: Promise<void>[] = [];
    for (let first = 0; first < images.length; first += ROWS_A_CALL)
      calls.push(this.#compare(images.slice(first, first + ROWS_A_CALL), base));
    await Promise.all(calls);
    for (const image of images) this.#seen[image] = this.#chosen.count;
  }

  async #compare(images: readonly number[], base: ReturnType<ChosenImages["vectorsAfter"]>): Promise<void> {
    const owners: number[] = [];
    const rows: number[] = [];
    for (const image of images)
      for (const row of this.#numbers[image]) {
        owners.push(image);
        rows.push(row);
      }
    this.#squares ??= squaresOf(this.#pool, this.#vectors);
    const queries = { features: this.#vectors.matrix, rows: Uint32Array.from(rows), squares: await this.#squares };
    const known = Float64Array.from(owners, (image) => this.#covered[image]);
    const { distance } = await this.#pool.call("nearest", { queries, base, known });
    for (const [i, image] of owners.entries())
      if (distance[i] < this.#covered[image]) this.#covered[image] = distance[i];
  }
}

/** The squared norms of all vectors, in shared memory. */
async function squaresOf(pool: WorkerPool<SearchHandlers>, { matrix }: ImageVectors): Promise<Float64Array> {
  const squares = new Float64Array(new SharedArrayBuffer(matrix.rowCount * Float64Array.BYTES_PER_ELEMENT));
  const parts = inParts(matrix, PART_ROWS).map((features) => pool.call("squaredNorms", { features }));
  for (const [part, found] of (await Promise.all(parts)).entries()) squares.set(found.squares, part * PART_ROWS);
  return squares;
}
