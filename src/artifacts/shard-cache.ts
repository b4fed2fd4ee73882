import type { ShardStore } from "#artifacts/shard-store.ts";
import { collectGarbage } from "#base/collect-garbage.ts";
import type { Shard } from "#data/shard.ts";

/** Memory of dropped shards is only free again when the garbage was collected, which Node.js leaves for later. */
const COLLECT_EVERY = 8;

/** Keeps the vectors of the shards that were used last in memory, up to a limit. */
export class ShardCache {
  readonly #store: ShardStore;
  readonly #maxBytes: number;
  /** The least recently used first. */
  readonly #kept = new Map<number, { shard: Promise<Shard>; bytes: number }>();
  #bytes = 0;
  #dropped = 0;

  /** @param maxBytes at least one shard is kept, however large */
  constructor(store: ShardStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
  }

  read(number: number): Promise<Shard> {
    const known = this.#kept.get(number);
    if (known) {
      this.#kept.delete(number);
      this.#kept.set(number, known);
      return known.shard;
    }
    const shard = this.#store.readShard(number);
    this.#add(number, shard);
    return shard;
  }

  /** Takes in a shard that was put into the store just now. */
  keep(shard: Shard): void {
    if (!this.#kept.has(shard.number)) this.#add(shard.number, Promise.resolve(shard));
  }

  #add(number: number, shard: Promise<Shard>): void {
    const bytes = this.#store.vectorCountOf(number) * this.#store.dim * Float32Array.BYTES_PER_ELEMENT;
    this.#kept.set(number, { shard, bytes });
    this.#bytes += bytes;
    shard.catch(() => this.#drop(number));
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === number) break;
      this.#drop(oldest);
    }
  }

  /** Forgets all. */
  clear(): void {
    for (const number of [...this.#kept.keys()]) this.#drop(number);
    collectGarbage();
  }

  #drop(number: number): void {
    this.#bytes -= this.#kept.get(number)?.bytes ?? 0;
    this.#kept.delete(number);
    if (++this.#dropped % COLLECT_EVERY === 0) collectGarbage();
  }
}
