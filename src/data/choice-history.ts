/**
 * What choosing images one after the other has shown: which of them each choice came nearer to than all before. Images are named by their
 * rows in the index.
 */
export interface ChoiceHistory {
  /** Every image that took part, shape (images,). */
  readonly members: Uint32Array;
  /** The choices in their order, NO_CHOICE where the row is no more; shape (choices,). */
  readonly choices: Uint32Array;
  /** Choice `i` came nearer to `rows[starts[i]]` … `rows[starts[i + 1] - 1]`; shape (choices + 1,). */
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
  /** Squared L2 distance of each, float64. */
  readonly squared: Float64Array;
}

export const NO_CHOICE = 0xffffffff;

/** Collects a history choice by choice. */
export class HistoryCollector {
  readonly #members: Uint32Array;
  readonly #choices: number[] = [];
  readonly #starts: number[] = [0];
  readonly #rows: number[] = [];
  readonly #squared: number[] = [];

  constructor(members: Uint32Array) {
    this.#members = members;
  }

  /** @param rows, squared the images that it is nearer to than all choices before */
  add(choice: number, rows: readonly number[], squared: readonly number[]): void {
    this.#choices.push(choice);
    for (const [i, row] of rows.entries()) {
      this.#rows.push(row);
      this.#squared.push(squared[i]);
    }
    this.#starts.push(this.#rows.length);
  }

  toHistory(): ChoiceHistory {
    return {
      members: this.#members,
      choices: Uint32Array.from(this.#choices),
      starts: Uint32Array.from(this.#starts),
      rows: Uint32Array.from(this.#rows),
      squared: Float64Array.from(this.#squared),
    };
  }
}
