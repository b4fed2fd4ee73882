import { buffered } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { PairList } from "#data/pair-list.ts";
import { type FoundPairs, foundPairs } from "#search/found-pairs.ts";
import { blockCount, type SketchedShard } from "#search/lay-out.ts";
import { RowCopies } from "#search/row-copies.ts";
import type { SearchHandlers } from "#search/search-worker.ts";
import { type ReadyShards, SketchedShards, type SketchOptions } from "#search/sketched-shards.ts";
import type { TileFinder } from "#search/tile-finder.ts";

export interface PairSearchOptions extends SketchOptions {
  /** What an error calls a row. */
  readonly nameRow?: (row: number) => string;
  /** Rows of a new shard that are compared as they are with all others, where those are known and not sketched yet; 0 for none. */
  readonly fewRows?: number;
  /** A device that computes tile products; asked each time, as it may come and go. */
  readonly tiles?: () => TileFinder | undefined;
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
  readonly #sketches: SketchedShards;
  readonly #shards: Shard[] = [];
  #rowCount = 0;

  constructor(pool: WorkerPool<SearchHandlers>, options: PairSearchOptions) {
    this.#pool = pool;
    this.#options = options;
    this.#sketches = new SketchedShards(pool, options);
  }

  /** Coordinates of a sketch; the dim itself where no sketch pays; undefined where none was needed yet. */
  get width(): number | undefined {
    return this.#sketches.sketch?.choice.width;
  }

  /**
   * Compares the rows of shards with each other and with all rows that came before, in the order of the shards. The next shard is
   * made ready while one is compared.
   *
   * @param shards a shard's number is how many came before
   */
  async *add(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<FoundPairs> {
    for await (const found of orderedMap(this.#allTasks(shards), this.#pool.size, (task) => task())) {
      this.#sketches.note(found);
      yield found;
    }
  }

  async *#allTasks(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<Task> {
    for await (const ready of buffered(this.#prepareAll(shards), 1)) yield* this.#tasks(ready);
  }

  async *#prepareAll(shards: AsyncIterable<SearchedShard> | Iterable<SearchedShard>): AsyncGenerator<Compared> {
    const inspected = orderedMap(shards, this.#pool.size, async (shard) => {
      return { ...shard, found: shard.isKnown ? undefined : await this.#pool.call("inspect", shard) };
    });
    for await (const { features, rows, found } of inspected) {
      const firstRow = this.#rowCount;
      if (found && found.firstNonFinite >= 0) throw this.#nonFinite(features, found.firstNonFinite, firstRow);
      this.#rowCount += features.rowCount;
      const taking = rows ?? Uint32Array.from({ length: features.rowCount }, (_, row) => row);
      // copies among rows whose pairs are known need no care
      const copies = new RowCopies(found?.keys ?? [], found ? taking : [], firstRow);
      const number = this.#shards.length;
      const shard = { number, features, rows: found ? copies.distinct : taking, firstRow, copies };
      this.#shards.push({ ...shard, features: undefined });
      this.#sketches.add({ ...shard, longestNorm: found?.longestNorm }, features.rowCount);
      if (found) yield this.#areFew(shard) ? { shard, ready: undefined } : await this.#made(shard);
    }
  }

  /** Whether rows are better compared as they are. */
  #areFew({ rows, features }: LatestShard): boolean {
    const few = this.#options.fewRows ?? FEW_NUMBERS / features.dim;
    return this.#shards.length > 1 && this.#sketches.sketch === undefined && rows.length <= few;
  }

  async #made(shard: LatestShard): Promise<Compared> {
    return { shard, ready: await this.#sketches.ready(shard.features) };
  }

  #nonFinite({ values, dim }: FeatureMatrix, at: number, firstRow: number): PipelineError {
    const row = firstRow + Math.floor(at / dim);
    const where = `feature ${at % dim} of ${this.#options.nameRow?.(row) ?? `row ${row}`}`;
    return new PipelineError("input", `Cannot search: found ${values[at]} as ${where}, expected finite numbers`);
  }

  /** The latest shard against each before it and itself, in parts that keep all threads busy. */
  *#tasks({ shard, ready }: Compared): Generator<Task> {
    const { number } = shard;
    const all = [...this.#shards.slice(0, number), shard];
    // back and forth, so that what was read last is what is needed next
    const order = Array.from(all, (_, i) => (number % 2 === 0 ? i : number - i));
    const parts = ready
      ? order.flatMap((earlier) => this.#sketchedParts(ready, earlier, shard))
      : order.map((earlier) => ({ earlier, compare: () => this.#compareFew(all[earlier], earlier, shard) }));
    for (const [i, { earlier, compare }] of parts.entries()) {
      const isLast = i === parts.length - 1;
      yield async () => {
        const { skippedByBlock, refined, compared, pairs } = await compare();
        const found = foundPairs(pairs, { left: all[earlier].copies, right: shard.copies, isLast });
        return { shard: number, ...found, skippedByBlock, refined, compared };
      };
    }
  }

  #sketchedParts({ sketch, shards }: ReadyShards, earlier: number, { features }: LatestShard): Part[] {
    const number = shards.length - 1;
    const [left, right] = [shards[earlier], shards[number]];
    const count = number >= 2 * this.#pool.size ? 1 : 2 * this.#pool.size;
    const { threshold } = this.#options;
    return inParts(blockCount(left), count).map((blocks) => ({
      earlier,
      compare: async () => {
        const leftFeatures = earlier === number ? features : await this.#options.readShard(earlier);
        const { quantiser, choice } = sketch;
        const shared = { left, right, quantiser, blocks, groupSize: choice.groupSize };
        const hits = await this.#options.tiles?.()?.find(shared);
        const matrices = { leftFeatures, rightFeatures: features };
        const { skippedByBlock, refined, ...pairs } = await this.#pool.call("compare", {
          ...{ ...shared, ...matrices, threshold, hits },
        });
        return { pairs, skippedByBlock, refined, compared: comparedPairs(left, right, blocks) };
      },
    }));
  }

  async #compareFew(left: Shard, earlier: number, right: LatestShard): Promise<ComparedPart> {
    const leftFeatures = left.features ?? (await this.#options.readShard(earlier));
    const { skippedByBlock, refined, ...pairs } = await this.#pool.call("compareFew", {
      left: { features: leftFeatures, rows: left.rows, firstRow: left.firstRow },
      right: { features: right.features, rows: right.rows, firstRow: right.firstRow },
      threshold: this.#options.threshold,
    });
    const count = right.rows.length;
    const compared = left.firstRow === right.firstRow ? (count * (count - 1)) / 2 : left.rows.length * count;
    return { pairs, skippedByBlock, refined, compared };
  }
}

/** A shard that came; only the latest holds its features. */
interface Shard {
  readonly number: number;
  readonly features: FeatureMatrix | undefined;
  /** Those that take part and are unlike each other, counted from the shard's first. */
  readonly rows: Uint32Array;
  readonly firstRow: number;
  readonly copies: RowCopies;
}

interface LatestShard extends Shard {
  readonly features: FeatureMatrix;
}

/** A shard whose pairs are to be found, and the sketches of all so far; undefined where its rows are few. */
interface Compared {
  readonly shard: LatestShard;
  readonly ready: ReadyShards | undefined;
}

type Task = () => Promise<FoundPairs>;

interface Part {
  readonly earlier: number;
  compare(): Promise<ComparedPart>;
}

type ComparedPart = Pick<FoundPairs, "skippedByBlock" | "refined" | "compared"> & { readonly pairs: PairList };

/** Blocks from 0 to `count`, in up to `parts` runs of about the same length. */
function inParts(count: number, parts: number): { first: number; end: number }[] {
  return Array.from({ length: parts }, (_, part) => ({
    first: Math.floor((count * part) / parts),
    end: Math.floor((count * (part + 1)) / parts),
  })).filter(({ first, end }) => end > first);
}

function comparedPairs(left: SketchedShard, right: SketchedShard, blocks: { first: number; end: number }): number {
  const first = blocks.first * left.blockRows;
  const end = Math.min(blocks.end * left.blockRows, left.rowAt.length);
  if (left !== right) return (end - first) * right.rowAt.length;
  const after = (position: number) => left.rowAt.length - position - 1;
  return ((end - first) * (after(first) + after(end - 1))) / 2;
}
