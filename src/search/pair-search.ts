import { buffered } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { type FittedSketch, spreadRows } from "#search/fit-sketch.ts";
import { type FoundPairs, foundPairs } from "#search/found-pairs.ts";
import { blockCount, type SketchedShard } from "#search/lay-out.ts";
import { RowCopies } from "#search/row-copies.ts";
import type { SearchHandlers } from "#search/search-worker.ts";

export interface PairSearchOptions {
  /** Plain L2, inclusive. */
  readonly threshold: number;
  /** Rows of a tile on either side; a multiple of 16 wastes nothing. */
  readonly blockRows: number;
  /** The features of an earlier shard, in shared memory. */
  readonly readShard: (shard: number) => Promise<FeatureMatrix>;
  /** Fewer rows are compared as they are: fitting a rotation would take longer. */
  readonly fitFromRows?: number;
  /** What an error calls a row. */
  readonly nameRow?: (row: number) => string;
}

/** A shard that takes part in the search. */
export interface SearchedShard {
  /** Finite, in shared memory. */
  readonly features: FeatureMatrix;
  /** The rows that take part, counted from the shard's first; all where undefined. */
  readonly rows?: Uint32Array;
  /** True where its pairs are known already: it only takes part so that later shards are compared with it. */
  readonly isKnown?: boolean;
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

/** All pairs of rows within a threshold, exactly, over shards that come one after the other. */
export class PairSearch {
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #options: PairSearchOptions;
  readonly #shards: SketchedShard[] = [];
  readonly #copies: RowCopies[] = [];
  #rowCount = 0;
  #longestNorm = 0;
  #fitted: Fitted | undefined;
  #refined = 0;
  #compared = 0;

  constructor(pool: WorkerPool<SearchHandlers>, options: PairSearchOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** Coordinates of a sketch; the dim itself where no sketch pays; undefined before the first shard. */
  get width(): number | undefined {
    return this.#fitted?.sketch.choice.width;
  }

  /**
   * Compares the rows of shards with each other and with all rows that came before, in the order of the shards. The next shard is
   * made ready while one is compared.
   *
   * @param shards a shard's number is how many came before
   */
  async *add(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<FoundPairs> {
    for await (const found of orderedMap(this.#allTasks(shards), this.#pool.size, (task) => this.#compare(task))) {
      this.#refined += found.refined;
      this.#compared += found.compared;
      yield found;
    }
  }

  async *#allTasks(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<Task> {
    for await (const ready of buffered(this.#prepareAll(shards), 1)) if (!ready.isKnown) yield* this.#tasks(ready);
  }

  async *#prepareAll(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<ReadyShard> {
    const inspected = orderedMap(shards, this.#pool.size, async (shard) => {
      return { ...shard, ...(await this.#pool.call("inspect", { features: shard.features })) };
    });
    for await (const { features, rows, isKnown = false, longestNorm, keys, firstNonFinite } of inspected) {
      const firstRow = this.#rowCount;
      if (firstNonFinite >= 0) throw this.#nonFinite(features, firstNonFinite, firstRow);
      this.#rowCount += features.rowCount;
      this.#longestNorm = Math.max(this.#longestNorm, longestNorm);
      const copies = new RowCopies(keys, rows, firstRow);
      this.#copies.push(copies);
      if (this.#needsFit()) await this.#fit(features);
      const fitted = this.#fitted as Fitted;
      this.#shards.push(await this.#sketch(features, copies.distinct, firstRow));
      // a later fit replaces sketches; tasks keep those that were made by one fit
      yield { features, fitted, shards: [...this.#shards], isKnown };
    }
  }

  #nonFinite({ values, dim }: FeatureMatrix, at: number, firstRow: number): PipelineError {
    const row = firstRow + Math.floor(at / dim);
    const where = `feature ${at % dim} of ${this.#options.nameRow?.(row) ?? `row ${row}`}`;
    return new PipelineError("input", `Cannot search: found ${values[at]} as ${where}, expected finite numbers`);
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

  /** Fits to a sample of all shards so far, and sketches the earlier ones anew. */
  async #fit(latest: FeatureMatrix): Promise<void> {
    const { readShard, threshold } = this.#options;
    const earlier = this.#shards.length;
    const perShard = Math.ceil((SAMPLE_ROWS * latest.rowCount) / Math.max(1, this.#rowCount));
    const samples = [spreadRows(latest, perShard)];
    for (let shard = 0; shard < earlier; shard++)
      samples.push(spreadRows(await readShard(shard), Math.ceil(SAMPLE_ROWS / (earlier + 1))));
    const sample = stacked(samples, latest.dim);
    const plain = this.#rowCount < this.#fitFromRows;
    const sketch = await this.#pool.call("fit", { sample, longestNorm: this.#longestNorm, threshold, plain });
    this.#fitted = { sketch, rows: this.#rowCount, longestNorm: this.#longestNorm };
    for (let shard = 0; shard < earlier; shard++) {
      const { rowAt, firstRow } = this.#shards[shard];
      this.#shards[shard] = await this.#sketch(await readShard(shard), Uint32Array.from(rowAt).sort(), firstRow);
    }
  }

  #sketch(features: FeatureMatrix, rows: Uint32Array, firstRow: number): Promise<SketchedShard> {
    const { rotation, quantiser } = (this.#fitted as Fitted).sketch;
    const { blockRows } = this.#options;
    const layout = layouts++;
    return this.#pool.call("sketch", { features, rotation, layout, quantiser, rows, firstRow, blockRows });
  }

  /** The latest shard against each before it and itself, in parts that keep all threads busy. */
  *#tasks({ features, fitted, shards }: ReadyShard): Generator<Task> {
    const number = shards.length - 1;
    const right = shards[number];
    // back and forth, so that what was read last is what is needed next
    const order = Array.from(shards, (_, i) => (number % 2 === 0 ? i : number - i));
    const parts = number >= 2 * this.#pool.size ? 1 : 2 * this.#pool.size;
    const tasks = order.flatMap((earlier) => {
      const left = shards[earlier];
      const leftFeatures = earlier === number ? features : undefined;
      const shared = { number, earlier, left, right, leftFeatures, rightFeatures: features, fitted };
      return inParts(blockCount(left), parts).map((blocks) => ({ ...shared, blocks }));
    });
    for (const [i, task] of tasks.entries()) yield { ...task, isLast: i === tasks.length - 1 };
  }

  async #compare({ number, earlier, fitted, isLast, ...task }: Task): Promise<FoundPairs> {
    const { threshold, readShard } = this.#options;
    const { quantiser, choice } = fitted.sketch;
    const leftFeatures = task.leftFeatures ?? (await readShard(earlier));
    const { groupSize } = choice;
    const comparison = { ...task, leftFeatures, threshold, quantiser, groupSize };
    const { skippedByBlock, refined, ...pairs } = await this.#pool.call("compare", comparison);
    const found = foundPairs(pairs, { left: this.#copies[earlier], right: this.#copies[number], isLast });
    const compared = comparedPairs(task.left, task.right, task.blocks);
    return { shard: number, ...found, skippedByBlock, refined, compared };
  }
}

/** Blocks from 0 to `count`, in up to `parts` runs of about the same length. */
function inParts(count: number, parts: number): { first: number; end: number }[] {
  return Array.from({ length: parts }, (_, part) => ({
    first: Math.floor((count * part) / parts),
    end: Math.floor((count * (part + 1)) / parts),
  })).filter(({ first, end }) => end > first);
}

/** A sketch, and what was known when it was fitted. */
interface Fitted {
  readonly sketch: FittedSketch;
  readonly rows: number;
  readonly longestNorm: number;
}

/** The latest shard and all before it, sketched by one fit. */
interface ReadyShard {
  readonly features: FeatureMatrix;
  readonly fitted: Fitted;
  readonly shards: readonly SketchedShard[];
  readonly isKnown: boolean;
}

interface Task {
  readonly isLast: boolean;
  /** Numbers of the right shard and of the left one. */
  readonly number: number;
  readonly earlier: number;
  readonly left: SketchedShard;
  readonly right: SketchedShard;
  /** Undefined where they are to be read. */
  readonly leftFeatures: FeatureMatrix | undefined;
  readonly rightFeatures: FeatureMatrix;
  readonly fitted: Fitted;
  /** Blocks of the left shard. */
  readonly blocks: { readonly first: number; readonly end: number };
}

function comparedPairs(left: SketchedShard, right: SketchedShard, blocks: Task["blocks"]): number {
  const first = blocks.first * left.blockRows;
  const end = Math.min(blocks.end * left.blockRows, left.rowAt.length);
  if (left !== right) return (end - first) * right.rowAt.length;
  const after = (position: number) => left.rowAt.length - position - 1;
  return ((end - first) * (after(first) + after(end - 1))) / 2;
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
