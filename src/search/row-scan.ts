import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { FLOAT32_UNIT, largestChord, largestSquaredDistance } from "#search/error-bound.ts";
import type { FittedRowIndex } from "#search/fit-row-index.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import { distancesWithin, type RowDistances } from "#search/row-distances.ts";
import type { RowIndexMemory } from "#search/row-index-memory.ts";
import { type IndexPart, type LevelQueries, type QueryVectors, RowLevel } from "#search/row-level.ts";
import { StoredRows, type StoredRowsPart } from "#search/stored-rows.ts";
import { UNIT_ERROR, unitRows } from "#search/unit-rows.ts";

/** Bounds are sampled to find a limit that about as many as wanted keep. */
const SAMPLED_BOUNDS = 1024;
const LEAST_SAMPLED = 4;

/** So many rows are measured as soon as wide byte numbers are asked about them: the query must be sketched first. */
const WIDE_FROM_ROWS = 100;

/** What the threads of an index share. */
export interface SharedRowIndex {
  readonly fitted: FittedRowIndex;
  /** Of each level. */
  readonly memory: readonly RowIndexMemory[];
  readonly stored: readonly StoredRowsPart[];
  /** Bits of each row, shape (rows,): a query looks only at rows that have one of its own. */
  readonly kinds: Uint8Array;
  /** See `MeasuredBy`. */
  readonly squares: Float64Array | undefined;
}

/** A question to one part of the rows. */
export interface PartQuery {
  readonly queries: QueryVectors;
  /** Bits of which a row has one at least. */
  readonly kind: number;
  readonly part: IndexPart;
}

/**
 * One thread's view of an index: tells which rows are near a query. Narrow byte numbers are read for all rows; where they leave many,
 * wide ones are read for those; and what is left is measured.
 */
export class RowScan {
  readonly #narrow: RowLevel;
  readonly #wide: RowLevel | undefined;
  readonly #fitted: FittedRowIndex;
  readonly #stored: StoredRows;
  readonly #kinds: Uint8Array;
  readonly #squares: Float64Array | undefined;

  constructor({ fitted, memory, stored, kinds, squares }: SharedRowIndex) {
    const [narrow, wide] = memory;
    this.#fitted = fitted;
    this.#narrow = new RowLevel(narrow, fitted.levels[0]);
    this.#wide = wide && new RowLevel(wide, fitted.levels[1]);
    this.#stored = new StoredRows(stored, this.#dim);
    this.#kinds = kinds;
    this.#squares = squares;
  }

  /** About `count` rows of a part with the smallest bounds, measured: at least so many where there are. Keeps the bounds for `within`. */
  async nearest(product: MatrixProduct, { queries, kind, part }: PartQuery, count: number): Promise<RowDistances> {
    this.#narrow.measure(part, await this.#prepared(product, this.#narrow, queries));
    return this.#measured(queries, this.#smallestBounds(part, kind, count), Number.POSITIVE_INFINITY);
  }

  /** The rows of a part, after `nearest`, that are not farther than `limit`. */
  async within(product: MatrixProduct, { queries, kind, part }: PartQuery, limit: number): Promise<RowDistances> {
    const largest = this.#largestBound(limit);
    const rows = this.#narrow.within(part, largest).filter((row) => (this.#kinds[row] & kind) !== 0);
    if (!this.#wide || rows.length < WIDE_FROM_ROWS) return this.#measured(queries, rows, limit);
    const bounds = this.#wide.boundsOf(rows, part, await this.#prepared(product, this.#wide, queries));
    return this.#measured(
      queries,
      rows.filter((_, i) => bounds[i] <= largest),
      limit,
    );
  }

  #smallestBounds(part: IndexPart, kind: number, count: number): Uint32Array {
    const { bounds } = this.#narrow;
    const { first, end } = part;
    const size = end - first;
    const stretch = Math.max(1, Math.floor(size / SAMPLED_BOUNDS));
    const sampled = Float32Array.from({ length: Math.floor(size / stretch) }, (_, i) => bounds[first + i * stretch]);
    sampled.sort();
    for (let place = LEAST_SAMPLED + Math.ceil((count / size) * sampled.length); ; place *= 2) {
      const limit = sampled[place] ?? Number.POSITIVE_INFINITY;
      const rows = this.#narrow.within(part, limit).filter((row) => (this.#kinds[row] & kind) !== 0);
      if (rows.length < count && limit < Number.POSITIVE_INFINITY) continue;
      return rows.sort((a, b) => bounds[a] - bounds[b] || a - b).slice(0, count);
    }
  }

  #measured(queries: FeatureMatrix, rows: Uint32Array, limit: number): RowDistances {
    return distancesWithin(queries, this.#stored, rows, limit, { metric: this.#fitted.metric, squares: this.#squares });
  }

  #prepared(product: MatrixProduct, level: RowLevel, queries: QueryVectors): Promise<LevelQueries> {
    if (this.#fitted.metric === "l2" || queries.rows) return level.prepared(product, queries, 0);
    return level.prepared(product, unitRows(queries), UNIT_ERROR);
  }

  /** What the bound of a row that is within the limit cannot pass. */
  #largestBound(limit: number): number {
    const { metric, levels } = this.#fitted;
    const { scale } = levels[0].rotation;
    const radius = metric === "l2" ? limit : largestChord(this.#dim, limit);
    return Math.fround(Math.sqrt(largestSquaredDistance(this.#dim, radius * scale)) * (1 + 4 * FLOAT32_UNIT));
  }

  get #dim(): number {
    return this.#fitted.levels[0].rotation.dim;
  }
}
