import { type ChoiceHistory, HistoryCollector } from "#data/choice-history.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import { type Nearer, NearestChosen } from "#search/nearest-chosen.ts";

/**
 * Like NearestChosen, but knows from an earlier time which images most choices will be nearest to, so that a choice costs a pass over few
 * images instead of all. As exact:
 *
 * Earlier, choice i was seen to come nearer to the images of a list than the choices 1 to i − 1. Where all of those are chosen now too, no
 * other image can be nearer to it than to one of them. Where some were passed over, that holds but for the images that one of those was
 * nearest to: their lists are what is compared anew, as are images that took no part then. An image leaves that care once a later choice
 * has come nearer to it than all that were passed over. What was never chosen before is compared with all.
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
  /** Earlier choices up to here were taken or passed over. */
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
    const known = this.#knownOf(place);
    for (; this.#next < place; this.#next++)
      for (const other of this.#knownOf(this.#next).images) this.#uncertain.add(other);
    if (this.#next === place) {
      // later than all that were passed over, and nearer
      for (const other of known.images) this.#uncertain.delete(other);
      this.#next++;
    }
    return this.#nearest.addKnown(image, known, [...this.#fresh, ...this.#uncertain]);
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
