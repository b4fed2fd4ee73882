import { orderedMap } from "#base/ordered-map.ts";
import type { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { PairCollector, type PairList } from "#data/pair-list.ts";
import {
  type BlockComparer,
  type BlockComparison,
  type ComparedBlocks,
  type ComparedShard,
  shardPairs,
} from "#search/block-comparison.ts";
import type { FittedSketch } from "#search/fit-sketch.ts";
import { blockCount } from "#search/lay-out.ts";
import type { SearchHandlers } from "#search/search-worker.ts";
import { ShardSketches } from "#search/shard-sketches.ts";
import type { TileFinder } from "#search/tile-finder.ts";

export interface ThreadComparerOptions {
  /** Plain L2, inclusive. */
  readonly threshold: number;
  /** Rows of a tile on either side; a multiple of 16 wastes nothing. */
  readonly blockRows: number;
  /** The features of a shard by its number, in shared memory: it is asked for the same ones again and again. */
  readonly readShard: (shard: number) => Promise<FeatureMatrix>;
  /** A device that computes tile products; asked each time, as it may come and go. */
  readonly tiles?: () => TileFinder | undefined;
  /** Bytes for sketches; those used last stay. All by default. */
  readonly sketchBytes?: number;
  /** A comparison that has found more pairs ends, as nobody could hold them. */
  readonly maxPairs?: number;
}

/** Compares in the threads of this process. */
export class ThreadComparer implements BlockComparer {
  readonly atOnce: number;
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #options: ThreadComparerOptions;
  readonly #sketches: ShardSketches;

  constructor(pool: WorkerPool<SearchHandlers>, options: ThreadComparerOptions) {
    this.#pool = pool;
    this.#options = options;
    this.atOnce = pool.size;
    this.#sketches = new ShardSketches(pool, options);
  }

  async prepare(shard: ComparedShard, sketch: FittedSketch): Promise<void> {
    await this.#sketches.of(shard, sketch);
  }

  async compare(comparison: BlockComparison): Promise<ComparedBlocks> {
    const { sketch } = comparison;
    const { maxPairs = Number.POSITIVE_INFINITY } = this.#options;
    const all = new PairCollector();
    let [skippedByBlock, refined] = [0, 0];
    const compare = (pair: ShardPair) =>
      sketch === undefined ? this.#compareFew(pair) : this.#compareSketched(pair, sketch, this.#partsOf(comparison));
    // one more than there are threads: while it is read, they have work
    for await (const parts of orderedMap(shardPairs(comparison), this.#pool.size + 1, compare)) {
      for (const part of parts) {
        all.addAll(part);
        skippedByBlock += part.skippedByBlock;
        refined += part.refined;
      }
      if (all.count > maxPairs) break;
    }
    return { pairs: all.toList(), skippedByBlock, refined };
  }

  /** Few shards are compared in parts, so that all threads are busy. */
  #partsOf({ left, right }: BlockComparison): number {
    const last = right[right.length - 1].number;
    return Math.max(last, left.length * right.length) >= 2 * this.#pool.size ? 1 : 2 * this.#pool.size;
  }

  async #compareSketched([earlier, later]: ShardPair, sketch: FittedSketch, parts: number): Promise<ComparedPart[]> {
    const { readShard, threshold, tiles } = this.#options;
    const left = await this.#sketches.of(earlier, sketch);
    const right = earlier === later ? left : await this.#sketches.of(later, sketch);
    const { quantiser, choice } = sketch;
    return Promise.all(
      inParts(blockCount(left), parts).map(async (blocks) => {
        const [leftFeatures, rightFeatures] = [await readShard(earlier.number), await readShard(later.number)];
        const shared = { left, right, quantiser, blocks, groupSize: choice.groupSize };
        const hits = await tiles?.()?.find(shared);
        return this.#pool.call("compare", { ...shared, leftFeatures, rightFeatures, threshold, hits });
      }),
    );
  }

  async #compareFew([left, right]: ShardPair): Promise<ComparedPart[]> {
    const { readShard, threshold } = this.#options;
    const [leftFeatures, rightFeatures] = [await readShard(left.number), await readShard(right.number)];
    const part = await this.#pool.call("compareFew", {
      left: { features: leftFeatures, rows: left.rows, firstRow: left.firstRow },
      right: { features: rightFeatures, rows: right.rows, firstRow: right.firstRow },
      threshold,
    });
    return [part];
  }
}

type ShardPair = readonly [ComparedShard, ComparedShard];
type ComparedPart = PairList & Omit<ComparedBlocks, "pairs">;

/** Blocks from 0 to `count`, in up to `parts` runs of about the same length. */
function inParts(count: number, parts: number): { first: number; end: number }[] {
  return Array.from({ length: parts }, (_, part) => ({
    first: Math.floor((count * part) / parts),
    end: Math.floor((count * (part + 1)) / parts),
  })).filter(({ first, end }) => end > first);
}
