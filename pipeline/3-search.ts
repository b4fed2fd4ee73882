import type { PairStrips } from "#artifacts/pair-strips.ts";
import { ShardCache } from "#artifacts/shard-cache.ts";
import type { ShardStore } from "#artifacts/shard-store.ts";
import { buffered } from "#base/bounded-buffer.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import { VectorOwners } from "#data/image-vectors.ts";
import { type PairAccount, PairCollector, type PairList, pairsAmong, pairsWithin } from "#data/pair-list.ts";
import { imagePairs } from "#data/row-order.ts";
import type { Shard } from "#data/shard.ts";
import type { RunDevice } from "#device/run-device.ts";
import type { FoundPairs } from "#search/found-pairs.ts";
import type { PairSearch } from "#search/pair-search.ts";
import type { Searcher } from "#search/searcher.ts";

export interface SearchOptions {
  readonly searcher: Searcher;
  readonly store: ShardStore;
  /** What earlier runs found, and where what this one finds goes. */
  readonly strips: PairStrips;
  /** Shards that lay in the store before; the others come through the stream. */
  readonly earlierShards: number;
  /** Whether a row had an image before the run: others of the earlier shards take no part. */
  readonly isAlive: (row: number) => boolean;
  /** Vectors of the rows of an earlier shard that had an image. */
  readonly vectorsAlive: (shard: number) => number;
  /** What an error calls a row. */
  readonly nameRow: (row: number) => string;
  /** Plain L2, inclusive. */
  readonly threshold: number;
  /** How a user sets it to a number. */
  readonly nameThreshold: (threshold: number) => string;
  readonly blockRows: number;
  readonly maxPairs: number;
  /** Bytes for features of earlier shards. */
  readonly cacheBytes: number;
  /** Images to expect in all, for the progress; the true number may be smaller. */
  readonly expectedRows: number;
  readonly device: RunDevice;
  readonly progress: Progress;
}

/** All pairs of images within the threshold, as rows, and what became of every pair of vectors there is. */
export interface FoundInAll {
  readonly pairs: PairList;
  readonly vectors: number;
  readonly account: PairAccount;
}

/**
 * Compares the vectors of each new shard, as soon as it is there, with each other and with those of all shards before it. What earlier
 * runs compared within this threshold or a larger one is not compared again. The pairs of a shard are on disk as soon as it is through.
 */
export async function search(fresh: AsyncIterable<Shard>, options: SearchOptions): Promise<FoundInAll> {
  const run = new SearchRun(options);
  try {
    await run.compareAll(fresh);
    return await run.gather();
  } finally {
    run.close();
  }
}

/** Two processors compare so many vectors in the time that a device needs to start. */
const DEVICE_FROM_VECTORS = 50_000;

/** So many pairs fit into any memory, whatever a config file allows. */
const HELD_AT_LEAST = 1e6;

class SearchRun {
  readonly #options: SearchOptions;
  readonly #cache: ShardCache;
  readonly #allPairs: PairSearch;
  readonly #owners = new VectorOwners();
  /** Numbers in the store of the shards that take part. */
  readonly #shards: number[] = [];
  #vectors = 0;
  #stored = 0;
  #compared = 0;
  #found = 0;
  readonly #account = { skippedByBlock: 0, refined: 0 };

  constructor(options: SearchOptions) {
    const { searcher, store, threshold, blockRows, cacheBytes, nameRow, device } = options;
    this.#options = options;
    this.#cache = new ShardCache(store, cacheBytes);
    const readShard = async (place: number) => (await this.#cache.read(this.#shards[place])).vectors.matrix;
    const nameVector = (vector: number) => nameRow(this.#owners.toArray()[vector]);
    const tiles = () => device.tiles;
    this.#allPairs = searcher.allPairs({ threshold, blockRows, readShard, nameRow: nameVector, tiles });
  }

  async compareAll(fresh: AsyncIterable<Shard>): Promise<void> {
    const { progress, strips, threshold } = this.#options;
    let strip = new PairCollector();
    const written = new Set<number>();
    const write = async (place: number, pairs: PairList) => {
      const shard = this.#shards[place];
      await strips.writePairs(shard, threshold, imagePairs(pairs, this.#owners.toArray()));
      written.add(shard);
    };
    for await (const part of this.#allPairs.add(this.#taking(buffered(fresh, 1)))) {
      this.#take(part);
      if (this.#found > this.#options.maxPairs) throw await this.#tooManyPairs(strip, part);
      strip.addAll(part.toPairs());
      if (!part.isLast) continue;
      await write(part.shard, strip.toList());
      strip = new PairCollector();
    }
    // shards with nothing to compare bring no part
    for (const [place, shard] of this.#shards.entries())
      if (!written.has(shard) && !this.#isKnown(shard)) await write(place, new PairCollector().toList());
    progress.update("search", "pairs", pairsAmong(this.#vectors) - this.#stored);
    this.#countUntouched();
    progress.finish("search");
  }

  #take(part: FoundPairs): void {
    this.#compared += part.compared;
    this.#found += part.count;
    this.#account.skippedByBlock += part.skippedByBlock;
    this.#account.refined += part.refined + part.folded;
    this.#options.progress.update("search", "pairs", this.#compared, this.#expected());
  }

  /** Every shard that has to be looked at, in the order of the rows. */
  async *#taking(fresh: AsyncIterable<Shard>) {
    const { store, earlierShards, isAlive } = this.#options;
    let next = 0;
    const earlier = async function* (this: SearchRun, end: number) {
      for (; next < end; next++) {
        if (!store.has(next)) continue;
        const { vectors, firstRow } = await this.#cache.read(next);
        const rows = Uint32Array.from(vectors.imageOf.keys()).filter((v) => isAlive(firstRow + vectors.imageOf[v]));
        yield this.#taken({ number: next, firstRow, vectors }, rows);
      }
    }.bind(this);
    yield* earlier(this.#endOfUnknown());
    for await (const shard of fresh) {
      yield* earlier(earlierShards);
      yield this.#taken(shard, undefined);
    }
  }

  /** Earlier shards behind the last that was needed were not read: all of their pairs are stored. */
  #countUntouched(): void {
    const { store, earlierShards, vectorsAlive } = this.#options;
    const before = pairsAmong(this.#vectors);
    for (let shard = (this.#shards.at(-1) ?? -1) + 1; shard < earlierShards; shard++)
      if (store.has(shard)) this.#vectors += vectorsAlive(shard);
    this.#stored += pairsAmong(this.#vectors) - before;
  }

  #taken({ number, firstRow, vectors }: Shard, rows: Uint32Array | undefined) {
    const isKnown = this.#isKnown(number);
    const before = pairsAmong(this.#vectors);
    this.#vectors += rows?.length ?? vectors.matrix.rowCount;
    if (isKnown) this.#stored += pairsAmong(this.#vectors) - before;
    else if (this.#expectedVectors() >= DEVICE_FROM_VECTORS) this.#options.device.want();
    this.#shards.push(number);
    this.#owners.add(vectors, firstRow);
    this.#options.progress.update("search", "pairs", this.#compared, this.#expected());
    return { features: vectors.matrix, isKnown, ...(rows ? { rows } : {}) };
  }

  /** Whether the strip of a shard holds all pairs within the threshold. */
  #isKnown(shard: number): boolean {
    const { strips, threshold } = this.#options;
    return (strips.thresholdOf(shard) ?? Number.NEGATIVE_INFINITY) >= threshold;
  }

  /** Earlier shards up to here are needed whether new ones come or not. */
  #endOfUnknown(): number {
    const { store, earlierShards } = this.#options;
    for (let shard = earlierShards - 1; shard >= 0; shard--)
      if (store.has(shard) && !this.#isKnown(shard)) return shard + 1;
    return 0;
  }

  async gather(): Promise<FoundInAll> {
    const { strips, store, threshold, maxPairs } = this.#options;
    const all = new PairCollector();
    for (let shard = 0; shard < store.shardCount; shard++) {
      const strip = store.has(shard) ? await strips.readPairs(shard) : undefined;
      if (strip) all.addAll(pairsWithin(strip, threshold));
      if (all.count > maxPairs) throw tooManyPairs(all.toList(), 1, this.#options);
    }
    const total = pairsAmong(this.#vectors);
    const { skippedByBlock, refined } = this.#account;
    const prunedBySketch = total - this.#stored - skippedByBlock - refined;
    const account = { total, stored: this.#stored, skippedByBlock, prunedBySketch, refined, found: all.count };
    return { pairs: all.toList(), vectors: this.#vectors, account };
  }

  close(): void {
    this.#cache.clear();
  }

  /** Images to come are taken to have as many views as those that came. */
  #expected(): number {
    return Math.max(0, pairsAmong(this.#expectedVectors()) - this.#stored);
  }

  #expectedVectors(): number {
    const { expectedRows, store } = this.#options;
    const vectors = Math.round((expectedRows * this.#vectors) / Math.max(1, store.rowCount));
    return Math.max(vectors, this.#vectors);
  }

  async #tooManyPairs(strip: PairCollector, latest: FoundPairs): Promise<PipelineError> {
    const { strips, maxPairs } = this.#options;
    const all = new PairCollector();
    for (const shard of this.#shards) {
      const known = await strips.readPairs(shard);
      if (known) all.addAll(known);
    }
    all.addAll(strip.toList());
    if (latest.count <= Math.max(maxPairs, HELD_AT_LEAST)) all.addAll(latest.toPairs());
    const share = Math.min(1, this.#compared / Math.max(1, this.#expected()));
    return tooManyPairs({ ...all.toList(), count: this.#found }, share, this.#options);
  }
}

/** @param pairs all that were found, or some with the count of all */
function tooManyPairs({ count, distance }: PairList, share: number, options: SearchOptions): PipelineError {
  const { threshold, nameThreshold, maxPairs } = options;
  const found = `Found ${count} pairs within ${threshold} after comparing ${Math.round(100 * share)} % of all, expected at most ${maxPairs}`;
  const raise = "raise search.maxPairs in the config file";
  const distances = distance.slice().sort();
  const fitting = distances[Math.floor(0.9 * distances.length * (maxPairs / count) * share)] ?? 0;
  const lower = `${nameThreshold(Number(fitting.toPrecision(3)))} would about fit, or ${raise}`;
  const equal = `many of them are of equal features; remove byte-equal files, or ${raise}`;
  return new PipelineError("input", `${found}: ${fitting > 0 ? lower : equal}`);
}
