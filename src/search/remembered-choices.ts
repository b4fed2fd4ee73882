import { type ChoiceHistory, HistoryCollector } from "#data/choice-history.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import type { Nearer } from "#search/image-block.ts";
import { NearestChosen } from "#search/nearest-chosen.ts";

/** Choices that are passed over at once at most. */
const MOST_OVERTAKEN = 8;

/**
 * Like NearestChosen, but knows from an earlier time which images most choices will be nearest to, so that a choice costs a pass over few
 * images instead of all. As exact:
 *
 * Earlier, choice i was seen to come nearer to the images of a list than the choices 1 to i − 1. Where all of those are chosen now too, no
 * other image can be nearer to it than to one of them. Where some were passed over, that holds but for the images that one of those was
 * nearest to: their lists are what is compared anew, as are images that took no part then. An image leaves that care once a later choice
 * has come nearer to it than all that were passed over. What was never chosen before is compared with all, and so is a choice that comes
 * long before its turn: passing over all that it overtakes would cost more.
 */
export class RememberedChoices {
  readonly #nearest: NearestChosen;
  readonly #rows: Uint32Array;
  readonly #history: ChoiceHistory | undefined;
  readonly #collector: HistoryCollector;
  /** Number of each row that takes part. */
  readonly #numberOf: ReadonlyMap<number, number>;
  readonly #placeOfChoice: ReadonlyMap<number, number>;
  /** Images that took no part then. */
  readonly #fresh: readonly number[];
  /** Images that a choice which was passed over was nearest to. */
  readonly #uncertain = new Set<number>();
  /** Places of earlier choices that were taken. */
  readonly #taken = new Set<number>();
  /** Earlier choices before this place were taken or passed over. */
  #next = 0;

  /** @param rows row of each image, shape (images,) */
  constructor(vectors: ImageVectors, rows: Uint32Array, history: ChoiceHistory | undefined) {
    this.#nearest = new NearestChosen(vectors);
    this.#rows = rows;
    this.#history = history;
    this.#collector = new HistoryCollector(rows);
    this.#numberOf = new Map(Array.from(rows, (row, image) => [row, image]));
    this.#placeOfChoice = new Map(Array.from(history?.choices ?? [], (row, place) => [row, place]));
    const known = new Set(history?.members);
    this.#fresh = [...rows.keys()].filter((image) => !known.has(rows[image]));
  }

  /** As NearestChosen's. */
  get distance(): Float64Array {
    return this.#nearest.distance;
  }

  get row(): Uint32Array {
    return this.#nearest.row;
  }

  add(image: number): void {
    const { images, squared } = this.#added(image);
    const rows = images.map((other) => this.#rows[other]);
    this.#collector.add(this.#rows[image], rows, squared);
  }

  /** What the choices so far have shown. */
  toHistory(): ChoiceHistory {
    return this.#collector.toHistory();
  }

  #added(image: number): Nearer {
    const place = this.#placeOfChoice.get(this.#rows[image]);
    if (place === undefined) return this.#nearest.add(image);
    this.#taken.add(place);
    if (place >= this.#next) {
      if (this.#overtakenBy(place) > MOST_OVERTAKEN) return this.#nearest.add(image);
      this.#passOver(place);
    }
    return this.#nearest.addKnown(image, this.#knownOf(place), [...this.#fresh, ...this.#uncertain]);
  }

  /** Choices that could still be taken and stand before a place. */
  #overtakenBy(place: number): number {
    const { choices } = this.#history as ChoiceHistory;
    let count = 0;
    for (let i = this.#next; i < place && count <= MOST_OVERTAKEN; i++)
      if (!this.#taken.has(i) && this.#numberOf.has(choices[i])) count++;
    return count;
  }

  /** Goes on to the place of a choice that is taken. */
  #passOver(place: number): void {
    for (; this.#next < place; this.#next++) {
      if (this.#taken.has(this.#next)) continue;
      for (const other of this.#knownOf(this.#next).images) this.#uncertain.add(other);
    }
    // later than all that were passed over, and nearer
    for (const other of this.#knownOf(place).images) this.#uncertain.delete(other);
    this.#next++;
  }

  #knownOf(place: number): Nearer {
    const known: Nearer = { images: [], squared: [] };
    if (!this.#history) return known;
    const { starts, rows, squared } = this.#history;
    for (let i = starts[place]; i < starts[place + 1]; i++) {
      const image = this.#numberOf.get(rows[i]);
      if (image === undefined) continue;
      known.images.push(image);
      known.squared.push(squared[i]);
    }
    return known;
  }
}
