import type { ShardStore } from "#artifacts/shard-store.ts";
import { collectGarbage } from "#base/collect-garbage.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";

/** Memory of dropped shards is only free again when the garbage was collected, which Node.js leaves for later. */
const COLLECT_EVERY = 8;

/** Keeps the features of the shards that were used last in memory, up to a limit. */
export class ShardCache {
  readonly #store: ShardStore;
  readonly #maxBytes: number;
  /** The least recently used first. */
  readonly #kept = new Map<number, { matrix: Promise<FeatureMatrix>; bytes: number }>();
  #bytes = 0;
  #dropped = 0;

  /** @param maxBytes at least one shard is kept, however large */
  constructor(store: ShardStore, maxBytes: number) {
    this.#store = store;
    this.#maxBytes = maxBytes;
  }

  /** The features of one shard, in shared memory. */
  read(shard: number): Promise<FeatureMatrix> {
    const known = this.#kept.get(shard);
    if (known) {
      this.#kept.delete(shard);
      this.#kept.set(shard, known);
      return known.matrix;
    }
    const matrix = this.#store.readShard(shard);
    const bytes = this.#store.rowCountOf(shard) * this.#store.dim * Float32Array.BYTES_PER_ELEMENT;
    this.#kept.set(shard, { matrix, bytes });
    this.#bytes += bytes;
    matrix.catch(() => this.#drop(shard));
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === shard) break;
      this.#drop(oldest);
    }
    return matrix;
  }

  /** Forgets all. */
  clear(): void {
    for (const shard of [...this.#kept.keys()]) this.#drop(shard);
    collectGarbage();
  }

  #drop(shard: number): void {
    this.#bytes -= this.#kept.get(shard)?.bytes ?? 0;
    this.#kept.delete(shard);
    if (++this.#dropped % COLLECT_EVERY === 0) collectGarbage();
  }
}
