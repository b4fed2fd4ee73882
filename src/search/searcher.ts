import { WorkerPool } from "#base/worker-pool.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { ImageVectors } from "#data/image-vectors.ts";
import { Coverage, type CoverageOptions } from "#search/coverage.ts";
import type { EncodedLevel } from "#search/encoded-level.ts";
import type { FittedRowIndex, RowIndexFitRequest } from "#search/fit-row-index.ts";
import { findIsolation, findLikeness, type Likeness } from "#search/likeness-search.ts";
import { nearestImages, type OnCompared } from "#search/nearest-images.ts";
import type { NearestRows } from "#search/nearest-rows.ts";
import { PairSearch, type PairSearchOptions } from "#search/pair-search.ts";
import { RowIndex, type RowIndexOptions } from "#search/row-index.ts";
import type { SearchHandlers } from "#search/search-worker.ts";
import { ThreadComparer, type ThreadComparerOptions } from "#search/thread-comparer.ts";

/** The search, in a thread a processor: the main thread stays free. Features in shared memory are read there without a copy. */
export class Searcher {
  readonly #pool: WorkerPool<SearchHandlers>;

  /** @param threads how many compare at the same time */
  constructor(threads: number) {
    this.#pool = new WorkerPool(new URL("./search-worker.ts", import.meta.url), threads);
  }

  /** Starts the threads, which else start when they are first needed. */
  start(): void {
    // who asks them hears of what goes wrong
    this.#pool.callAll("ready", undefined).catch(() => undefined);
  }

  /** Begins a search for all pairs within a threshold; shards are added one by one. */
  allPairs(options: PairSearchOptions): PairSearch {
    return new PairSearch(this.#pool, options);
  }

  /** Does comparisons that a search elsewhere was cut into. */
  comparer(options: ThreadComparerOptions): ThreadComparer {
    return new ThreadComparer(this.#pool, options);
  }

  /** The nearest base image of every image, exactly; `base` has at least one. */
  nearestImages(images: ImageVectors, base: ImageVectors, onProgress?: OnCompared): Promise<NearestRows> {
    return nearestImages(this.#pool, images, base, onProgress);
  }

  /** See `fitRowIndex`. */
  fitRows(request: RowIndexFitRequest): Promise<FittedRowIndex> {
    return this.#pool.call("fitRows", request);
  }

  /**
   * See `encodeRows`.
   *
   * @param features in shared memory
   */
  async encodeRows(features: FeatureMatrix, fitted: FittedRowIndex): Promise<readonly EncodedLevel[]> {
    return (await this.#pool.call("encodeRows", { features, fitted })).levels;
  }

  /** Opens an index that answers which images are nearest to a query. */
  rowIndex(options: RowIndexOptions): Promise<RowIndex> {
    return RowIndex.open(this.#pool, options);
  }

  /** Follows how far images are from all that is labeled or chosen. */
  coverage(vectors: ImageVectors, options: CoverageOptions): Coverage {
    return new Coverage(this.#pool, vectors, options);
  }

  /** Finds which images are like each other, and how like labeled ones. */
  likeness(images: ImageVectors, labeled: ImageVectors | undefined, onProgress?: OnCompared): Promise<Likeness> {
    return findLikeness(this.#pool, images, labeled, onProgress);
  }

  /** How far images are from their neighbours: to find those that are unlike everything. */
  isolation(images: ImageVectors): Promise<Float32Array> {
    return findIsolation(this.#pool, images);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
