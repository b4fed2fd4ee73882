import type { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { type FittedSketch, spreadRows } from "#search/fit-sketch.ts";
import type { SearchHandlers } from "#search/search-worker.ts";

export interface SketchFittingOptions {
  /** Plain L2, inclusive. */
  readonly threshold: number;
  /** The features of a shard by its number, in shared memory. */
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

/** A sketch, and what was known when it was fitted. */
interface Fitted {
  readonly sketch: FittedSketch;
  readonly rows: number;
  readonly longestNorm: number;
}

interface Entry {
  readonly rowCount: number;
  /** Of the longest row; undefined where nobody has looked yet. */
  readonly longestNorm: number | undefined;
}

/** Decides how the shards of a search are sketched, while they come one after the other. */
export class SketchFitting {
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #options: SketchFittingOptions;
  readonly #entries: Entry[] = [];
  #rowCount = 0;
  #longestNorm = 0;
  #looked = 0;
  #fitted: Fitted | undefined;
  #refined = 0;
  #compared = 0;

  constructor(pool: WorkerPool<SearchHandlers>, options: SketchFittingOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** What was fitted last; undefined where no sketch was needed yet. */
  get sketch(): FittedSketch | undefined {
    return this.#fitted?.sketch;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#rowCount += entry.rowCount;
  }

  /** Learns how well the sketch prunes. */
  note({ refined, compared }: { readonly refined: number; readonly compared: number }): void {
    this.#refined += refined;
    this.#compared += compared;
  }

  /** How all shards so far are to be sketched; as before, unless a new fit is due. */
  async ready(): Promise<FittedSketch> {
    for (; this.#looked < this.#entries.length; this.#looked++) {
      const { longestNorm } = this.#entries[this.#looked];
      const norm = longestNorm ?? (await this.#pool.call("norm", { features: await this.#read(this.#looked) }));
      this.#longestNorm = Math.max(this.#longestNorm, norm);
    }
    if (!this.#fitted || this.#needsFit(this.#fitted)) this.#fitted = await this.#fit();
    return this.#fitted.sketch;
  }

  #read(shard: number): Promise<FeatureMatrix> {
    return this.#options.readShard(shard);
  }

  get #fitFromRows(): number {
    return this.#options.fitFromRows ?? FIT_FROM_ROWS;
  }

  #needsFit({ sketch, rows, longestNorm }: Fitted): boolean {
    if (this.#longestNorm > longestNorm * LONGER) return true;
    if (rows < this.#fitFromRows) return this.#rowCount >= this.#fitFromRows;
    const promised = sketch.choice.refinedShare + 1e-6;
    return this.#rowCount >= rows * GROWTH && this.#refined / this.#compared > promised * WORSE_THAN_PROMISED;
  }

  /** Fits to a sample of all shards so far. */
  async #fit(): Promise<Fitted> {
    const { threshold } = this.#options;
    const [rows, longestNorm] = [this.#rowCount, this.#longestNorm];
    const earlier = this.#entries.length - 1;
    const latest = await this.#read(earlier);
    const samples = [spreadRows(latest, Math.ceil((SAMPLE_ROWS * latest.rowCount) / Math.max(1, rows)))];
    for (let shard = 0; shard < earlier; shard++)
      samples.push(spreadRows(await this.#read(shard), Math.ceil(SAMPLE_ROWS / (earlier + 1))));
    const sample = stacked(samples, latest.dim);
    const plain = rows < this.#fitFromRows;
    const sketch = await this.#pool.call("fit", { sample, longestNorm, threshold, plain });
    return { sketch, rows, longestNorm };
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
