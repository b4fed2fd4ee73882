import type { ChoosingOrder } from "#candidates/choice.ts";

/** The neighbours of each image i, in ascending order and without itself: `images[starts[i]]` … `images[starts[i + 1] - 1]`. */
export interface Neighbours {
  /** Shape (images + 1,). */
  readonly starts: Uint32Array;
  readonly images: Uint32Array;
  /** How far each is, float64. */
  readonly distances: Float64Array;
  /** Farther images are no neighbours. */
  readonly radius: number;
}

/**
 * 1 for an image itself, 0 from the radius on. The fourth power falls late: what counts is who is hardly represented at all, as images of classes
 * without a label are, and less who could be represented better.
 */
export function likeness(distance: number, radius: number): number {
  if (distance >= radius) return Number(distance === 0);
  const squared = (distance / radius) ** 2;
  return 1 - squared * squared;
}

/**
 * Each image is the one that represents most: the sum, over all images, of how alike each is to the most alike one that is labeled or chosen
 * grows most by it (greedy facility location: for every n, the first n choices reach 1 − 1/e of the largest possible sum at least,
 * Nemhauser, Wolsey and Fisher 1978). Equal growth goes to the smaller number. Growth only falls as images are chosen, so it is only computed
 * again for images that would be next (Minoux 1978): the order is the same.
 */
export class Representative implements ChoosingOrder {
  readonly #neighbours: Neighbours;
  /** How alike each image is to the most alike one that is labeled or chosen. */
  readonly #represented: Float64Array;
  readonly #counts: Uint8Array;
  readonly #isOpen: Uint8Array;
  /** Open images, the one with the largest growth first: a heap. */
  readonly #heap: Uint32Array;
  #size = 0;
  /** At least so large, shape (images,). */
  readonly #growth: Float64Array;
  /** Choices that were made when it was computed, shape (images,). */
  readonly #computedAt: Uint32Array;
  #taken = 0;

  /**
   * @param toLabeled distance of each image to its nearest labeled one, in the measure of the neighbours; undefined when nothing is labeled
   * @param counts whether an image is to be represented; @param isOpen whether it may be chosen
   */
  constructor(
    neighbours: Neighbours,
    toLabeled: Float64Array | undefined,
    { counts, isOpen }: { counts: (image: number) => boolean; isOpen: (image: number) => boolean },
  ) {
    const imageCount = neighbours.starts.length - 1;
    const images = Uint32Array.from({ length: imageCount }, (_, image) => image);
    this.#neighbours = neighbours;
    this.#represented = Float64Array.from(images, (i) => (toLabeled ? likeness(toLabeled[i], neighbours.radius) : 0));
    this.#counts = Uint8Array.from(images, (image) => Number(counts(image)));
    this.#isOpen = Uint8Array.from(images, (image) => Number(isOpen(image)));
    this.#growth = new Float64Array(imageCount);
    this.#computedAt = new Uint32Array(imageCount);
    this.#heap = images.filter((image) => this.#isOpen[image] === 1);
    this.#size = this.#heap.length;
    for (const image of this.#heap) this.#growth[image] = this.#growthBy(image);
    for (let place = this.#size >> 1; place >= 0; place--) this.#sink(place);
  }

  async next(): Promise<number> {
    while (this.#size > 0) {
      const image = this.#heap[0];
      if (this.#isOpen[image] === 0) {
        this.#heap[0] = this.#heap[--this.#size];
      } else if (this.#computedAt[image] === this.#taken) {
        return image;
      } else {
        this.#growth[image] = this.#growthBy(image);
        this.#computedAt[image] = this.#taken;
      }
      this.#sink(0);
    }
    return -1;
  }

  take(image: number): void {
    this.#isOpen[image] = 0;
    this.#represented[image] = 1;
    const { starts, images, distances, radius } = this.#neighbours;
    for (let i = starts[image]; i < starts[image + 1]; i++) {
      const other = images[i];
      this.#represented[other] = Math.max(this.#represented[other], likeness(distances[i], radius));
    }
    this.#taken++;
  }

  leaveOut(image: number): void {
    this.#isOpen[image] = 0;
    this.#counts[image] = 0;
  }

  /** Added up in the order of the images, so that the sum has the same digits however neighbours were found. */
  #growthBy(image: number): number {
    const { starts, images, distances, radius } = this.#neighbours;
    let [sum, isOwnAdded] = [0, false];
    const own = 1 - this.#represented[image];
    for (let i = starts[image]; i < starts[image + 1]; i++) {
      const other = images[i];
      if (!isOwnAdded && other > image) [sum, isOwnAdded] = [sum + own, true];
      if (this.#counts[other] === 0) continue;
      sum += Math.max(0, likeness(distances[i], radius) - this.#represented[other]);
    }
    return isOwnAdded ? sum : sum + own;
  }

  #isBefore(a: number, b: number): boolean {
    return this.#growth[a] > this.#growth[b] || (this.#growth[a] === this.#growth[b] && a < b);
  }

  /** Moves the image at a place down until none below comes before it. */
  #sink(start: number): void {
    const image = this.#heap[start];
    let place = start;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#isBefore(this.#heap[child + 1], this.#heap[child])) child++;
      if (!this.#isBefore(this.#heap[child], image)) break;
      this.#heap[place] = this.#heap[child];
      place = child;
    }
    if (this.#size > 0) this.#heap[place] = image;
  }
}
