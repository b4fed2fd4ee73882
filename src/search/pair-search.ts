import { buffered } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import {
  type BlockComparer,
  type BlockComparison,
  type ComparedShard,
  comparedPairs,
} from "#search/block-comparison.ts";
import type { FittedSketch } from "#search/fit-sketch.ts";
import { type FoundPairs, foundPairs } from "#search/found-pairs.ts";
import { RowCopies } from "#search/row-copies.ts";
import type { SearchHandlers } from "#search/search-worker.ts";
import { SketchFitting, type SketchFittingOptions } from "#search/sketch-fitting.ts";
import { ThreadComparer, type ThreadComparerOptions } from "#search/thread-comparer.ts";

export interface PairSearchOptions extends SketchFittingOptions, ThreadComparerOptions {
  /** What an error calls a row. */
  readonly nameRow?: (row: number) => string;
  /** Rows of a new shard that are compared as they are with all others, where those are known and not sketched yet; 0 for none. */
  readonly fewRows?: number;
  /** Who does the comparisons that take long; by default the threads of this process. */
  readonly comparer?: BlockComparer;
  /** Rows of a block: shards are compared in blocks of so many, each of one shard at least. */
  readonly rowsTogether?: number;
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

/** Comparing so few numbers with all others costs less than sketching those: measured on 8,000 × 256, where 512 rows do. */
const FEW_NUMBERS = 2 ** 17;

/** All pairs of rows within a threshold, exactly, over shards that come one after the other. */
export class PairSearch {
  readonly #pool: WorkerPool<SearchHandlers>;
  readonly #options: PairSearchOptions;
  readonly #threads: ThreadComparer;
  readonly #comparer: BlockComparer;
  readonly #fitting: SketchFitting;
  readonly #shards: Shard[] = [];
  #rowCount = 0;
  #dim = 0;

  constructor(pool: WorkerPool<SearchHandlers>, options: PairSearchOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#threads = new ThreadComparer(pool, options);
    this.#comparer = options.comparer ?? this.#threads;
    this.#fitting = new SketchFitting(pool, options);
  }

  /** Coordinates of a sketch; the dim itself where no sketch pays; undefined where none was needed yet. */
  get width(): number | undefined {
    return this.#fitting.sketch?.choice.width;
  }

  /**
   * Compares the rows of shards with each other and with all rows that came before, in the order of the shards. The next block of shards is
   * made ready while one is compared.
   *
   * @param shards a shard's number is how many came before
   */
  async *add(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<FoundPairs> {
    for await (const found of orderedMap(this.#allTasks(shards), this.#comparer.atOnce, (task) => task())) {
      this.#fitting.note(found);
      yield found;
    }
  }

  async *#allTasks(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<Task> {
    for await (const block of buffered(this.#prepareAll(shards), 1)) yield* this.#tasks(block);
  }

  /** Shards whose pairs are to be found, in blocks. One that is known ends a block, as it knows all before it. */
  async *#prepareAll(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<Block> {
    const { rowsTogether = 0 } = this.#options;
    let latest: Shard[] = [];
    let rows = 0;
    for await (const shard of this.#inspectAll(shards)) {
      if (shard.isKnown && latest.length > 0) {
        yield await this.#made(latest);
        [latest, rows] = [[], 0];
      }
      this.#shards.push(shard);
      this.#fitting.add(shard);
      if (shard.isKnown) continue;
      latest.push(shard);
      rows += shard.rows.length;
      if (rows < rowsTogether) continue;
      yield await this.#made(latest);
      [latest, rows] = [[], 0];
    }
    if (latest.length > 0) yield await this.#made(latest);
  }

  async *#inspectAll(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<Shard> {
    const inspected = orderedMap(shards, this.#pool.size, async (shard) => {
      return { ...shard, found: shard.isKnown ? undefined : await this.#pool.call("inspect", shard) };
    });
    let number = this.#shards.length;
    for await (const { features, rows, found } of inspected) {
      const firstRow = this.#rowCount;
      const { rowCount, dim } = features;
      if (found && found.firstNonFinite >= 0) throw this.#nonFinite(features, found.firstNonFinite, firstRow);
      this.#rowCount += rowCount;
      this.#dim = dim;
      const taking = rows ?? Uint32Array.from({ length: rowCount }, (_, row) => row);
      // copies among rows whose pairs are known need no care
      const copies = new RowCopies(found?.keys ?? [], found ? taking : [], firstRow);
      const isKnown = found === undefined;
      const shard = { number: number++, firstRow, rowCount, copies, isKnown, longestNorm: found?.longestNorm };
      yield { ...shard, rows: found ? copies.distinct : taking };
    }
  }

  async #made(shards: readonly Shard[]): Promise<Block> {
    if (this.#areFew(shards)) return { shards, sketch: undefined };
    const sketch = await this.#fitting.ready();
    for (const shard of this.#shards) await this.#comparer.prepare(shard, sketch);
    return { shards, sketch };
  }

  /** Whether rows are better compared as they are. */
  #areFew(shards: readonly Shard[]): boolean {
    const [{ number }] = shards;
    const { fewRows = FEW_NUMBERS / this.#dim } = this.#options;
    const rows = shards.reduce((sum, shard) => sum + shard.rows.length, 0);
    return number > 0 && this.#fitting.sketch === undefined && rows <= fewRows;
  }

  #nonFinite({ values, dim }: FeatureMatrix, at: number, firstRow: number): PipelineError {
    const row = firstRow + Math.floor(at / dim);
    const where = `feature ${at % dim} of ${this.#options.nameRow?.(row) ?? `row ${row}`}`;
    return new PipelineError("input", `Cannot search: found ${values[at]} as ${where}, expected finite numbers`);
  }

  /** The latest block against each before it and itself. */
  *#tasks({ shards: right, sketch }: Block): Generator<Task> {
    const [{ number }] = right;
    const blocks = [...inBlocks(this.#shards.slice(0, number), this.#options.rowsTogether ?? 0), right];
    const rightCopies = RowCopies.together(right.map(({ copies }) => copies));
    // back and forth, so that what was read last is what is needed next
    const ordered = blocks.length % 2 === 0 ? blocks.toReversed() : blocks;
    for (const [i, left] of ordered.entries()) {
      const isLast = i === ordered.length - 1;
      const copies = {
        left: left === right ? rightCopies : RowCopies.together(left.map(({ copies }) => copies)),
        right: rightCopies,
      };
      const comparison: BlockComparison = { left, right, sketch };
      const comparer = sketch === undefined ? this.#threads : this.#comparer;
      yield async () => {
        const found = await comparer.compare(comparison);
        const shards = right.map(({ number }) => number);
        return { shards, ...foundPairs(found, { ...copies, isLast }), compared: comparedPairs(comparison) };
      };
    }
  }
}

/** A shard that came. */
interface Shard extends ComparedShard {
  readonly rowCount: number;
  readonly copies: RowCopies;
  readonly isKnown: boolean;
  readonly longestNorm: number | undefined;
}

/** Shards whose pairs are to be found together, and how all so far are sketched; undefined where their rows are few. */
interface Block {
  readonly shards: readonly Shard[];
  readonly sketch: FittedSketch | undefined;
}

type Task = () => Promise<FoundPairs>;

/** Consecutive shards with so many rows together, one at least. */
function inBlocks(shards: readonly Shard[], rows: number): Shard[][] {
  const blocks: Shard[][] = [];
  let inLatest = Number.POSITIVE_INFINITY;
  for (const shard of shards) {
    if (inLatest >= rows) [inLatest] = [0, blocks.push([])];
    blocks[blocks.length - 1].push(shard);
    inLatest += shard.rows.length;
  }
  return blocks;
}
