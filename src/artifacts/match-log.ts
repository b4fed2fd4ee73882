import { AppendLog } from "#artifacts/append-log.ts";
import { MATCHES, type Match } from "#data/match.ts";

/** Work that is lost at most when the process is ended. */
const SAVE_AFTER_MS = 1000;
/** Two rows of four bytes, and a byte for the match. */
const PAIR_BYTES = 9;

/** Matches of pairs of rows, in a file that grows. Rows never change, so a match holds as long as its rows have their numbers. */
export class MatchLog {
  readonly #log: AppendLog;
  readonly #known = Array.from({ length: MAPS }, () => new Map<number, number>());
  #unsaved: [a: number, b: number, place: number][] = [];
  #savedAt = performance.now();

  private constructor(log: AppendLog) {
    this.#log = log;
  }

  /** @param keepAside gets the end of the file where it is not whole, before it is cut off */
  static async open(path: string, keepAside: (end: Uint8Array) => Promise<void>): Promise<MatchLog> {
    const { log, frames } = await AppendLog.open(path, keepAside);
    const matches = new MatchLog(log);
    for (const frame of frames) matches.#read(frame);
    return matches;
  }

  /** @param a, b rows, in any order */
  get(a: number, b: number): Match | undefined {
    return MATCHES[this.#mapOf(a, b).get(keyOf(a, b)) ?? MATCHES.length];
  }

  /** Every pair that is known. */
  *entries(): Generator<[a: number, b: number, match: Match]> {
    for (const map of this.#known)
      for (const [key, place] of map) yield [Math.floor(key / ROWS), key % ROWS, MATCHES[place]];
  }

  /** Takes a pair in; it is on disk after the next `close`, or after a `save` a second later. */
  add(a: number, b: number, match: Match): void {
    const place = MATCHES.indexOf(match);
    this.#set(a, b, place);
    this.#unsaved.push([a, b, place]);
  }

  async save(): Promise<void> {
    if (performance.now() - this.#savedAt > SAVE_AFTER_MS) await this.#write();
  }

  async close(): Promise<void> {
    try {
      await this.#write();
    } finally {
      await this.#log.close();
    }
  }

  async #write(): Promise<void> {
    const pairs = this.#unsaved;
    this.#unsaved = [];
    this.#savedAt = performance.now();
    if (pairs.length === 0) return;
    const frame = Buffer.alloc(pairs.length * PAIR_BYTES);
    for (const [i, [a, b, place]] of pairs.entries()) {
      frame.writeUInt32LE(a, i * PAIR_BYTES);
      frame.writeUInt32LE(b, i * PAIR_BYTES + 4);
      frame[i * PAIR_BYTES + 8] = place;
    }
    await this.#log.append(frame);
  }

  #read(frame: Uint8Array): void {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
    for (let at = 0; at + PAIR_BYTES <= bytes.length; at += PAIR_BYTES)
      this.#set(bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4), bytes[at + 8]);
  }

  #set(a: number, b: number, place: number): void {
    this.#mapOf(a, b).set(keyOf(a, b), place);
  }

  #mapOf(a: number, b: number): Map<number, number> {
    return this.#known[(a + b) % MAPS];
  }
}

/** One Map holds at most 16 million entries. */
const MAPS = 16;

/** More than rows there can be: a row and another make a number that float64 holds exactly. */
const ROWS = 2 ** 26;

function keyOf(a: number, b: number): number {
  return Math.min(a, b) * ROWS + Math.max(a, b);
}
