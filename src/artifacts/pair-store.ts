import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeWholeFile } from "#artifacts/whole-file.ts";
import { PairCollector, type PairList } from "#data/pair-list.ts";
import { formatPairArray, parsePairArray } from "#npy/pair-array.ts";

/** Pairs on disk, a file for each shard: its pairs with itself and with all shards before it. */
export class PairStore {
  readonly #folder: string;
  readonly #shards: number[] = [];
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** How many were written. */
  get count(): number {
    return this.#count;
  }

  /** Puts the pairs of a shard on disk; shards without any have no file. */
  async write(shard: number, pairs: PairList): Promise<void> {
    if (pairs.count === 0) return;
    await mkdir(this.#folder, { recursive: true });
    await writeWholeFile(this.#fileOf(shard), [formatPairArray(pairs)]);
    this.#shards.push(shard);
    this.#count += pairs.count;
  }

  /** All pairs that were written, in the order of the shards. */
  async readAll(): Promise<PairList> {
    const all = new PairCollector();
    for (const shard of this.#shards) {
      const file = this.#fileOf(shard);
      all.addAll(parsePairArray(await readFile(file), file));
    }
    return all.toList();
  }

  #fileOf(shard: number): string {
    return join(this.#folder, `${String(shard).padStart(4, "0")}.pairs.npy`);
  }
}
