import type { PairStrips } from "#artifacts/pair-strips.ts";
import { ShardCache } from "#artifacts/shard-cache.ts";
import type { ShardStore } from "#artifacts/shard-store.ts";
import { buffered } from "#base/bounded-buffer.ts";
import type { PipelineError } from "#base/pipeline-error.ts";
import type { Progress } from "#base/progress.ts";
import { VectorOwners } from "#data/image-vectors.ts";
import { type PairAccount, PairCollector, type PairList, pairsAmong, pairsWithin } from "#data/pair-list.ts";
import { imagePairs } from "#data/row-order.ts";
import type { Shard } from "#data/shard.ts";
import type { RunDevice } from "#device/run-device.ts";
import type { Fleet } from "#fleet/fleet.ts";
import type { FoundPairs } from "#search/found-pairs.ts";
import type { PairSearch } from "#search/pair-search.ts";
import type { Searcher } from "#search/searcher.ts";
import { type PairLimit, tooManyPairs } from "./too-many-pairs.ts";

export interface SearchOptions extends PairLimit {
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
  readonly blockRows: number;
  /** Bytes for features of earlier shards. */
  readonly cacheBytes: number;
  /** Images to expect in all, for the progress; the true number may be smaller. */
  readonly expectedRows: number;
  readonly device: RunDevice;
  /** Other machines that compare; undefined where this one does. */
  readonly fleet: Fleet | undefined;
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
  /** Places of shards with a comparison that could not be done. */
  readonly #missing = new Set<number>();
  readonly #account = { skippedByBlock: 0, refined: 0 };

  constructor(options: SearchOptions) {
    const { searcher, store, threshold, blockRows, maxPairs, cacheBytes, nameRow, device, fleet } = options;
    this.#options = options;
    this.#cache = new ShardCache(store, cacheBytes);
    const readShard = async (place: number) => (await this.#cache.read(this.#shards[place])).vectors.matrix;
    const nameVector = (vector: number) => nameRow(this.#owners.toArray()[vector]);
    const tiles = () => device.tiles;
    const partOf = (place: number) => store.partOf(this.#shards[place]);
    const comparer = fleet?.comparer({ threshold, blockRows, maxPairs, readShard, partOf });
    const elsewhere = fleet && comparer ? { comparer, rowsTogether: fleet.blockVectors } : {};
    const shared = { threshold, blockRows, readShard, nameRow: nameVector, tiles };
    this.#allPairs = searcher.allPairs({ ...shared, ...elsewhere });
  }

  async compareAll(fresh: AsyncIterable<Shard>): Promise<void> {
    const { progress } = this.#options;
    const told = new Set<number>();
    for await (const { shards, pairs } of this.#blocks(this.#allPairs.add(this.#taking(buffered(fresh, 1))))) {
      for (const [place, strip] of this.#byLaterShard(pairs, shards)) await this.#write(place, strip);
      for (const place of shards) told.add(place);
    }
    // shards with nothing to compare bring no part
    for (const place of this.#shards.keys())
      if (!told.has(place) && !this.#missing.has(place) && !this.#isKnown(this.#shards[place]))
        await this.#write(place, new PairCollector().toList());
    progress.update("search", "pairs", pairsAmong(this.#vectors) - this.#stored);
    this.#countUntouched();
    progress.finish("search");
  }

  /** All pairs of each block of shards, by its places; of those none that is not whole, which would be taken for all that there is. */
  async *#blocks(parts: AsyncIterable<FoundPairs>): AsyncGenerator<{ shards: readonly number[]; pairs: PairList }> {
    let found = new PairCollector();
    let isWhole = true;
    for await (const part of parts) {
      this.#take(part);
      if (this.#found > this.#options.maxPairs) throw await this.#tooManyPairs(found, part);
      found.addAll(part.toPairs());
      isWhole &&= !part.isMissing;
      if (!part.isLast) continue;
      if (isWhole) yield { shards: part.shards, pairs: found.toList() };
      else for (const place of part.shards) this.#missing.add(place);
      [found, isWhole] = [new PairCollector(), true];
    }
  }

  async #write(place: number, pairs: PairList): Promise<void> {
    const { strips, threshold } = this.#options;
    await strips.writePairs(this.#shards[place], threshold, imagePairs(pairs, this.#owners.toArray()));
  }

  /** Pairs of a block by the shard of their later vector. */
  #byLaterShard(pairs: PairList, shards: readonly number[]): (readonly [number, PairList])[] {
    if (shards.length === 1) return [[shards[0], pairs]];
    const strips = new Map(shards.map((shard) => [shard, new PairCollector()]));
    for (let i = 0; i < pairs.count; i++)
      strips.get(this.#owners.shardOf(pairs.right[i]))?.add(pairs.left[i], pairs.right[i], pairs.distance[i]);
    return [...strips].map(([shard, strip]) => [shard, strip.toList()]);
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

  #taken(shard: Shard, rows: Uint32Array | undefined) {
    const { number, firstRow, vectors } = shard;
    const isKnown = this.#isKnown(number);
    const before = pairsAmong(this.#vectors);
    this.#vectors += rows?.length ?? vectors.matrix.rowCount;
    if (isKnown) this.#stored += pairsAmong(this.#vectors) - before;
    else if (this.#expectedVectors() >= DEVICE_FROM_VECTORS) this.#options.device.want();
    this.#shards.push(number);
    this.#owners.add(vectors, firstRow);
    this.#cache.keep(shard);
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
