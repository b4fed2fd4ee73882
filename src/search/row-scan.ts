import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { FLOAT32_UNIT, largestSquaredDistance } from "#search/error-bound.ts";
import type { FittedRowIndex } from "#search/fit-row-index.ts";
import type { MatrixProduct } from "#search/matrix-product.ts";
import type { RowIndexMemory } from "#search/row-index-memory.ts";
import { type IndexPart, RowLevel } from "#search/row-level.ts";

/** Bounds are sampled to find a limit that about as many as wanted keep. */
const SAMPLED_BOUNDS = 1024;
const LEAST_SAMPLED = 4;

/** So many rows are measured as soon as wide byte numbers are asked about them: the query must be turned first. */
const WIDE_FROM_ROWS = 400;

/**
 * One thread's view of an index: tells which rows can be near a query. Narrow byte numbers are read for all rows; where they leave many,
 * wide ones are read for those.
 */
export class RowScan {
  readonly #narrow: RowLevel;
  readonly #wide: RowLevel | undefined;
  readonly #scale: number;
  readonly #dim: number;

  constructor([narrow, wide]: readonly RowIndexMemory[], { levels }: FittedRowIndex) {
    this.#narrow = new RowLevel(narrow, levels[0]);
    this.#wide = wide && new RowLevel(wide, levels[1]);
    this.#scale = levels[0].rotation.scale;
    this.#dim = levels[0].rotation.dim;
  }

  /** Takes rows into the index: `firstRow` is the number of the first. */
  async add(product: MatrixProduct, features: FeatureMatrix, firstRow: number): Promise<void> {
    await this.#narrow.add(product, features, firstRow);
    await this.#wide?.add(product, features, firstRow);
  }

  /** About `count` rows of a part with the smallest bounds: at least so many where there are. Keeps the bounds for `within`. */
  async nearest(product: MatrixProduct, query: Float32Array, part: IndexPart, count: number): Promise<Uint32Array> {
    const level = this.#narrow;
    level.measure(part, await level.quantised(product, query, part));
    const { first, end } = part;
    const size = end - first;
    if (size <= count) return Uint32Array.from({ length: size }, (_, i) => first + i);
    const stretch = Math.max(1, Math.floor(size / SAMPLED_BOUNDS));
    const sampled = Float32Array.from(
      { length: Math.floor(size / stretch) },
      (_, i) => level.bounds[first + i * stretch],
    );
    sampled.sort();
    for (let place = LEAST_SAMPLED + Math.ceil((count / size) * sampled.length); ; place *= 2) {
      const rows = level.within(part, sampled[place] ?? Number.POSITIVE_INFINITY);
      if (rows.length < count) continue;
      return rows.sort((a, b) => level.bounds[a] - level.bounds[b] || a - b).slice(0, count);
    }
  }

  /** The rows of a part, after `nearest`, whose bounds do not say that they are farther than `limit`, in the features' own units. */
  async within(product: MatrixProduct, query: Float32Array, part: IndexPart, limit: number): Promise<Uint32Array> {
    const scaled = Math.sqrt(largestSquaredDistance(this.#dim, limit * this.#scale));
    const largest = Math.fround(scaled * (1 + 4 * FLOAT32_UNIT));
    const rows = this.#narrow.within(part, largest);
    if (!this.#wide || rows.length < WIDE_FROM_ROWS) return rows;
    const bounds = this.#wide.boundsOf(rows, part, await this.#wide.quantised(product, query, part));
    return rows.filter((_, i) => bounds[i] <= largest);
  }
}
