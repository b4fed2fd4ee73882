import type { ShardContent } from "#artifacts/index-files.ts";
import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import type { IndexRow } from "#data/index-row.ts";

/** Rows that wait to become a shard. */
export class ShardDraft {
  readonly #capacity: number;
  readonly #dim: number;
  readonly #viewsPerImage: number;
  #rows: Omit<IndexRow, "vectors">[] = [];
  #features: FeatureMatrix | undefined;
  #views: FeatureMatrix | undefined;

  constructor(capacity: number, dim: number, viewsPerImage: number) {
    this.#capacity = capacity;
    this.#dim = dim;
    this.#viewsPerImage = viewsPerImage;
  }

  get isFull(): boolean {
    return this.#rows.length === this.#capacity;
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** @param vectors the row's feature, then its views; undefined for a view that is like the picture */
  add(
    indexRow: Omit<IndexRow, "vectors">,
    [feature, ...views]: readonly [Float32Array, ...(Float32Array | undefined)[]],
  ): void {
    this.#features ??= sharedMatrix(this.#capacity, this.#dim);
    this.#views ??= sharedMatrix(this.#capacity * this.#viewsPerImage, this.#dim);
    const row = this.#rows.push(indexRow) - 1;
    this.#features.values.set(feature, row * this.#dim);
    for (const [i, view] of views.entries()) {
      this.#views.values.set(view ?? feature, (row * this.#viewsPerImage + i) * this.#dim);
    }
  }

  /** The rows so far; the draft is empty then. */
  take(): ShardContent {
    const rows = this.#rows;
    const features = rowsOf(this.#features as FeatureMatrix, 0, rows.length);
    const views = rowsOf(this.#views as FeatureMatrix, 0, rows.length * this.#viewsPerImage);
    [this.#rows, this.#features, this.#views] = [[], undefined, undefined];
    return { rows, features, views: this.#viewsPerImage > 0 ? views : undefined };
  }
}
