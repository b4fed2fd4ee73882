import { setTimeout as pause } from "node:timers/promises";

const FIRST_REST_MS = 1000;
const GROWTH = 2;
const LONGEST_REST_MS = 30_000;

/**
 * Rests after failures in a row: a machine on which every task fails at once is quicker than those on which they succeed, and would take all
 * of them until each had failed too often.
 */
export class FailureRest {
  readonly #first: number;
  readonly #stop: AbortSignal;
  #inARow = 0;

  /**
   * @param stop ends every rest
   * @param first milliseconds after the second failure in a row; after each further one twice as many
   */
  constructor(stop: AbortSignal, first = FIRST_REST_MS) {
    [this.#stop, this.#first] = [stop, first];
  }

  noteDone(): void {
    this.#inARow = 0;
  }

  /** To be awaited before the failure is told to others. */
  async afterFailure(): Promise<void> {
    const earlier = this.#inARow++;
    if (earlier === 0) return;
    const milliseconds = Math.min(LONGEST_REST_MS, this.#first * GROWTH ** (earlier - 1));
    await pause(milliseconds, undefined, { signal: this.#stop }).catch(() => undefined);
  }
}
