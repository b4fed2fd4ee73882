import type { PairList } from "#data/pair-list.ts";

/** Pairs by strips: those of a shard's rows with each other and with all rows before. */
export interface PairStrips {
  /** The stored strip holds all pairs within this; undefined where there is none. */
  thresholdOf(shard: number): number | undefined;
  /** @param pairs of rows of the index, each pair once, left < right */
  writePairs(shard: number, threshold: number, pairs: PairList): Promise<void>;
  readPairs(shard: number): Promise<PairList | undefined>;
}

/** Strips of a run that has no index. */
export class MemoryStrips implements PairStrips {
  readonly #strips = new Map<number, { threshold: number; pairs: PairList }>();

  thresholdOf(shard: number): number | undefined {
    return this.#strips.get(shard)?.threshold;
  }

  async writePairs(shard: number, threshold: number, pairs: PairList): Promise<void> {
    this.#strips.set(shard, { threshold, pairs });
  }

  async readPairs(shard: number): Promise<PairList | undefined> {
    return this.#strips.get(shard)?.pairs;
  }
}
