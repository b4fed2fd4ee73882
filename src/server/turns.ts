import { Refusal } from "#server/refusal.ts";

interface Waiting {
  readonly start: () => void;
}

/** Bounds how much is computed at once, and how much may wait for that: what comes beyond is refused at once. */
export class Turns {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #refused = 0;

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many were refused so far. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Does something when its turn comes, in the order of the calls. A turn ends with the work, also where nobody waits for it any more.
   *
   * @param signal takes it out of the queue
   * @throws Refusal 429 where too many wait; the signal's reason
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    if (this.#running < this.#atOnce) this.#running++;
    else await this.#wait(signal);
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#mostWaiting) {
      this.#refused++;
      const found = `Found ${this.#running} requests at work and ${this.#waiting.size} waiting`;
      throw new Refusal(429, `${found}, which is as many as this server takes; ask again in a second`, {
        "retry-after": "1",
      });
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      };
      const start = () => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const waiting: Waiting = { start };
      this.#waiting.add(waiting);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Hands the turn on, so that nobody who comes meanwhile goes first. */
  #next(): void {
    const [first] = this.#waiting;
    if (!first) {
      this.#running--;
      return;
    }
    this.#waiting.delete(first);
    first.start();
  }
}
