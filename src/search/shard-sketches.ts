import type { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { ComparedShard } from "#search/block-comparison.ts";
import type { FittedSketch } from "#search/fit-sketch.ts";
import type { SketchedShard } from "#search/lay-out.ts";
import type { SearchHandlers } from "#search/search-worker.ts";

export interface ShardSketchesOptions {
  /** Rows of a tile on either side. */
  readonly blockRows: number;
  readonly readShard: (shard: number) => Promise<FeatureMatrix>;
  /** Bytes that sketches may take which nobody needs at the moment; all stay where undefined. */
  readonly sketchBytes?: number;
}

/** How many shards were laid out in this process. */
let layouts = 0;

interface Kept {
  readonly sketched: Promise<SketchedShard>;
  bytes: number;
}

/** Shards by their numbers, each sketched when it is first needed. Those of a fit go with it, once no comparison needs it any more. */
export class ShardSketches {
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #options: ShardSketchesOptions;
  /** Of each fit, the least recently used first. */
  readonly #fits = new WeakMap<FittedSketch, Map<number, Kept>>();

  constructor(pool: WorkerPool<SearchHandlers>, options: ShardSketchesOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  of(shard: ComparedShard, sketch: FittedSketch): Promise<SketchedShard> {
    const all = this.#fits.get(sketch) ?? new Map<number, Kept>();
    this.#fits.set(sketch, all);
    const known = all.get(shard.number);
    all.delete(shard.number);
    const kept = known ?? this.#keep(this.#made(shard, sketch));
    all.set(shard.number, kept);
    this.#dropBeyond(all);
    return kept.sketched;
  }

  #keep(sketched: Promise<SketchedShard>): Kept {
    const kept: Kept = { sketched, bytes: 0 };
    sketched.then(
      (shard) => {
        kept.bytes = bytesOf(shard);
      },
      // who awaits it hears of what goes wrong
      () => undefined,
    );
    return kept;
  }

  async #made(
    { number, rows, firstRow }: ComparedShard,
    { rotation, quantiser }: FittedSketch,
  ): Promise<SketchedShard> {
    const features = await this.#options.readShard(number);
    const { blockRows } = this.#options;
    const layout = layouts++;
    return this.#pool.call("sketch", { features, rotation, layout, quantiser, rows, firstRow, blockRows });
  }

  #dropBeyond(all: Map<number, Kept>): void {
    const { sketchBytes = Number.POSITIVE_INFINITY } = this.#options;
    let bytes = 0;
    for (const kept of all.values()) bytes += kept.bytes;
    for (const [number, kept] of all) {
      if (bytes <= sketchBytes || all.size === 1) return;
      all.delete(number);
      bytes -= kept.bytes;
    }
  }
}

function bytesOf(shard: SketchedShard): number {
  return Object.values(shard).reduce((sum, value) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0), 0);
}
