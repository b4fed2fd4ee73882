import type { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { type FittedSketch, spreadRows } from "#search/fit-sketch.ts";
import type { SketchedShard } from "#search/lay-out.ts";
import type { SearchHandlers } from "#search/search-worker.ts";

export interface SketchOptions {
  /** Plain L2, inclusive. */
  readonly threshold: number;
  /** Rows of a tile on either side; a multiple of 16 wastes nothing. */
  readonly blockRows: number;
  /** The features of an earlier shard, in shared memory. */
  readonly readShard: (shard: number) => Promise<FeatureMatrix>;
  /** Fewer rows are compared as they are: fitting a rotation would take longer. */
  readonly fitFromRows?: number;
}

/** Rows that the rotation is fitted to. */
const SAMPLE_ROWS = 4096;

const FIT_FROM_ROWS = 4000;

/** The rotation is fitted again when there are so many times the rows that it was fitted for, and it prunes worse than promised. */
const GROWTH = 4;
const WORSE_THAN_PROMISED = 4;

/** A row so many times longer than all known when the scale was chosen calls for a new one, before float32 could overflow. */
const LONGER = 2 ** 20;

/** How many shards were laid out in this process. */
let layouts = 0;

/** A sketch, and what was known when it was fitted. */
interface Fitted {
  readonly sketch: FittedSketch;
  readonly rows: number;
  readonly longestNorm: number;
}

/** All shards so far, sketched by one fit. */
export interface ReadyShards {
  readonly sketch: FittedSketch;
  readonly shards: readonly SketchedShard[];
}

interface Entry {
  /** Those that take part and are unlike each other, counted from the shard's first. */
  readonly rows: Uint32Array;
  readonly firstRow: number;
  /** Of the longest row; undefined where nobody has looked yet. */
  readonly longestNorm: number | undefined;
}

/** Shards that come one after the other, each sketched when it is first needed. */
export class SketchedShards {
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #options: SketchOptions;
  readonly #entries: Entry[] = [];
  readonly #sketched = new Map<number, SketchedShard>();
  #rowCount = 0;
  #longestNorm = 0;
  #looked = 0;
  #fitted: Fitted | undefined;
  #refined = 0;
  #compared = 0;

  constructor(pool: WorkerPool<SearchHandlers>, options: SketchOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** What was fitted last; undefined where no sketch was needed yet. */
  get sketch(): FittedSketch | undefined {
    return this.#fitted?.sketch;
  }

  /** @param rowCount of all rows of the shard */
  add(entry: Entry, rowCount: number): void {
    this.#entries.push(entry);
    this.#rowCount += rowCount;
  }

  /** Learns how well the sketch prunes. */
  note({ refined, compared }: { readonly refined: number; readonly compared: number }): void {
    this.#refined += refined;
    this.#compared += compared;
  }

  /** Sketches all shards so far that are not sketched yet; all anew where a new fit is due. */
  async ready(latest: FeatureMatrix): Promise<ReadyShards> {
    for (; this.#looked < this.#entries.length; this.#looked++) {
      const { longestNorm } = this.#entries[this.#looked];
      const norm = longestNorm ?? (await this.#pool.call("norm", { features: await this.#read(this.#looked, latest) }));
      this.#longestNorm = Math.max(this.#longestNorm, norm);
    }
    if (this.#needsFit()) await this.#fit(latest);
    const { sketch } = this.#fitted as Fitted;
    for (const [shard, entry] of this.#entries.entries()) {
      if (this.#sketched.has(shard)) continue;
      this.#sketched.set(shard, await this.#sketch(await this.#read(shard, latest), entry, sketch));
    }
    return { sketch, shards: this.#entries.map((_, shard) => this.#sketched.get(shard) as SketchedShard) };
  }

  async #read(shard: number, latest: FeatureMatrix): Promise<FeatureMatrix> {
    return shard === this.#entries.length - 1 ? latest : this.#options.readShard(shard);
  }

  get #fitFromRows(): number {
    return this.#options.fitFromRows ?? FIT_FROM_ROWS;
  }

  #needsFit(): boolean {
    if (!this.#fitted) return true;
    const { sketch, rows, longestNorm } = this.#fitted;
    if (this.#longestNorm > longestNorm * LONGER) return true;
    if (rows < this.#fitFromRows) return this.#rowCount >= this.#fitFromRows;
    const promised = sketch.choice.refinedShare + 1e-6;
    return this.#rowCount >= rows * GROWTH && this.#refined / this.#compared > promised * WORSE_THAN_PROMISED;
  }

  /** Fits to a sample of all shards so far; earlier sketches are of no use then. */
  async #fit(latest: FeatureMatrix): Promise<void> {
    const { threshold } = this.#options;
    const earlier = this.#entries.length - 1;
    const perShard = Math.ceil((SAMPLE_ROWS * latest.rowCount) / Math.max(1, this.#rowCount));
    const samples = [spreadRows(latest, perShard)];
    for (let shard = 0; shard < earlier; shard++)
      samples.push(spreadRows(await this.#read(shard, latest), Math.ceil(SAMPLE_ROWS / (earlier + 1))));
    const sample = stacked(samples, latest.dim);
    const plain = this.#rowCount < this.#fitFromRows;
    const sketch = await this.#pool.call("fit", { sample, longestNorm: this.#longestNorm, threshold, plain });
    this.#fitted = { sketch, rows: this.#rowCount, longestNorm: this.#longestNorm };
    this.#sketched.clear();
  }

  #sketch(
    features: FeatureMatrix,
    { rows, firstRow }: Entry,
    { rotation, quantiser }: FittedSketch,
  ): Promise<SketchedShard> {
    const { blockRows } = this.#options;
    const layout = layouts++;
    return this.#pool.call("sketch", { features, rotation, layout, quantiser, rows, firstRow, blockRows });
  }
}

function stacked(parts: readonly FeatureMatrix[], dim: number): FeatureMatrix {
  const rowCount = parts.reduce((sum, part) => sum + part.rowCount, 0);
  const values = new Float32Array(rowCount * dim);
  let offset = 0;
  for (const part of parts) {
    values.set(part.values.subarray(0, part.rowCount * dim), offset);
    offset += part.rowCount * dim;
  }
  return { values, rowCount, dim };
}
