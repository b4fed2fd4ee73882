import type { WatchedImages } from "#search/watched-images.ts";

/** Brings images up to date: compares each with the choices that it was not compared with yet. */
type BringUpToDate = (images: readonly number[]) => Promise<void>;

/** So many images are brought up to date at first; more where they do not last for long. */
const FIRST_LOOKED = 2048;
const MOST_LOOKED = 16_384;
/** Where images have one vector each; with more, every choice is compared with fewer: images that are looked at together cost less. */
const MOST_WATCHED = 2048;
const LEAST_WATCHED = 64;

/** Fewer choices than this between two looks: more images are looked at next time. */
const CHOICES_BETWEEN = 16;

const SAMPLED = 1024;

export interface FarthestOptions {
  /** Holds no image yet. */
  readonly watched: WatchedImages;
  readonly bringUpToDate: BringUpToDate;
  /** How many there were before. */
  readonly choices: number;
}

/**
 * Which of some images is the farthest from all that is labeled or chosen, as choices are added; the smaller number where several are equally
 * far. Exact, though most images are compared with few choices: what is known of an image can only become less, so as long as one image that is
 * watched, and so up to date, is farther than what is known of all others, those need no look. When none is, the farthest of the others
 * are brought up to date, with all choices that they missed at once, and watched from then on.
 */
export class FarthestImages {
  readonly #covered: Float64Array;
  readonly #watched: WatchedImages;
  readonly #bringUpToDate: BringUpToDate;
  /** Whether an image takes part. */
  readonly #counts: Uint8Array;
  readonly #mostWatched: number;
  /** No image that is not watched is farther than this one, as far as is known; −1 when all are watched. */
  #next = -1;
  #looked = FIRST_LOOKED;
  #choicesSinceLook = 0;

  /** @param covered plain L2 from each image to what is labeled or chosen: at least so near; shape (images,) */
  constructor(covered: Float64Array, images: Iterable<number>, { watched, bringUpToDate, choices }: FarthestOptions) {
    this.#covered = covered;
    this.#watched = watched;
    this.#bringUpToDate = bringUpToDate;
    this.#mostWatched = Math.max(LEAST_WATCHED, Math.floor(MOST_WATCHED / watched.perImage ** 2));
    this.#counts = new Uint8Array(covered.length);
    const all = [...images];
    for (const image of all) this.#counts[image] = 1;
    // few images are watched from the start
    if (choices === 0 && all.length <= this.#mostWatched) watched.hold(all);
    else this.#next = this.#farthestOf(all);
  }

  /** The images that are up to date. */
  get watched(): readonly number[] {
    return this.#watched.images;
  }

  /** Learns of a choice. */
  add(choice: number): void {
    this.#choicesSinceLook++;
    this.#watched.compare(choice, this.#covered);
  }

  /** Leaves an image out from now on. */
  remove(image: number): void {
    this.#counts[image] = 0;
  }

  /** −1 when no image is left. */
  async farthest(): Promise<number> {
    for (;;) {
      const best = this.#farthestOf(this.#watched.images);
      if (this.#next < 0 || (best >= 0 && this.#isFarther(best, this.#next))) return best;
      await this.#look();
    }
  }

  /** Watches the farthest images, and brings them up to date. */
  async #look(): Promise<void> {
    if (this.#choicesSinceLook < CHOICES_BETWEEN) this.#looked = Math.min(MOST_LOOKED, 2 * this.#looked);
    this.#choicesSinceLook = 0;
    for (let wanted = this.#looked; ; wanted *= 2) {
      const { images, next } = this.#split(wanted);
      await this.#bringUpToDate(images);
      const far = images.filter((image) => next < 0 || this.#isFarther(image, next));
      if (next >= 0 && far.length < LEAST_WATCHED) continue;
      far.sort((a, b) => this.#covered[b] - this.#covered[a] || a - b);
      this.#next = far.length > this.#mostWatched ? far[this.#mostWatched] : next;
      this.#watched.hold(far.slice(0, this.#mostWatched));
      return;
    }
  }

  /** About so many of the farthest images, as far as is known, and the farthest of the others. */
  #split(wanted: number): { images: number[]; next: number } {
    const limit = this.#limitOf(wanted);
    const images: number[] = [];
    let next = -1;
    for (let image = 0; image < this.#counts.length; image++) {
      if (this.#counts[image] === 0) continue;
      if (this.#covered[image] >= limit) images.push(image);
      else if (next < 0 || this.#covered[image] > this.#covered[next]) next = image;
    }
    return { images, next };
  }

  /** About so many images are at least so far, as a sample shows. */
  #limitOf(wanted: number): number {
    const sampled: number[] = [];
    const stretch = Math.max(1, Math.floor(this.#counts.length / SAMPLED));
    for (let image = 0; image < this.#counts.length; image += stretch)
      if (this.#counts[image] === 1) sampled.push(this.#covered[image]);
    sampled.sort((a, b) => b - a);
    return sampled[Math.ceil(wanted / stretch)] ?? Number.NEGATIVE_INFINITY;
  }

  #farthestOf(images: Iterable<number>): number {
    let farthest = -1;
    for (const image of images)
      if (this.#counts[image] === 1 && (farthest < 0 || this.#isFarther(image, farthest))) farthest = image;
    return farthest;
  }

  #isFarther(a: number, b: number): boolean {
    return this.#covered[a] > this.#covered[b] || (this.#covered[a] === this.#covered[b] && a < b);
  }
}
