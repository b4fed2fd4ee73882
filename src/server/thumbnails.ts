import { LRUCache } from "lru-cache";
import type { Turns } from "#server/turns.ts";

const MOST_BYTES = 128 * 2 ** 20;

export interface WantedThumbnail {
  /** Names what the file holds. */
  readonly content: string;
  /** Of the square that the picture fits into, in pixels. */
  readonly side: number;
  /** Tells that who asked wants it no more. */
  readonly signal: AbortSignal;
}

/** A thumbnail that is made or waits for its turn. */
interface Making {
  readonly jpeg: Promise<Uint8Array>;
  readonly leave: AbortController;
  askers: number;
}

/** Small pictures, the latest of which are kept; one that several ask for at a time is made once. */
export class Thumbnails {
  readonly #make: (path: string, side: number) => Promise<Uint8Array>;
  readonly #turns: Turns;
  readonly #kept = new LRUCache<string, Uint8Array>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ length }) => length + 1,
  });
  readonly #making = new Map<string, Making>();

  constructor(make: (path: string, side: number) => Promise<Uint8Array>, turns: Turns) {
    this.#make = make;
    this.#turns = turns;
  }

  /** @throws Refusal 429 where too many wait; UnreadablePicture */
  of(path: string, { content, side, signal }: WantedThumbnail): Promise<Uint8Array> {
    const key = `${side} ${content}`;
    const kept = this.#kept.get(key);
    if (kept) return Promise.resolve(kept);
    const making = this.#making.get(key) ?? this.#begin(key, path, side);
    making.askers++;
    // who scrolls on leaves pictures behind that nobody sees: they go from the queue with the last who asked
    const leave = () => {
      if (--making.askers === 0) making.leave.abort(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    return making.jpeg;
  }

  #begin(key: string, path: string, side: number): Making {
    const leave = new AbortController();
    const jpeg = this.#turns.run(() => this.#make(path, side), leave.signal);
    const making = { jpeg, leave, askers: 0 };
    this.#making.set(key, making);
    const forget = () => this.#forget(key, making);
    leave.signal.addEventListener("abort", forget, { once: true });
    jpeg.then((bytes) => this.#kept.set(key, bytes)).then(forget, forget);
    return making;
  }

  /** The next who asks begins anew. */
  #forget(key: string, making: Making): void {
    if (this.#making.get(key) === making) this.#making.delete(key);
  }
}
