import type { ShardStore } from "#artifacts/shard-store.ts";
import { type FeatureMatrix, rowsOf, sharedMatrix } from "#data/feature-matrix.ts";
import type { ImageRecord } from "#data/image-record.ts";
import type { Shard } from "#data/shard.ts";

/** Rows that wait to become a shard. */
export class ShardDraft {
  readonly #capacity: number;
  readonly #dim: number;
  readonly #viewsPerImage: number;
  #images: ImageRecord[] = [];
  #features: FeatureMatrix | undefined;
  #views: FeatureMatrix | undefined;

  constructor(capacity: number, dim: number, viewsPerImage: number) {
    this.#capacity = capacity;
    this.#dim = dim;
    this.#viewsPerImage = viewsPerImage;
  }

  get isFull(): boolean {
    return this.#images.length === this.#capacity;
  }

  get isEmpty(): boolean {
    return this.#images.length === 0;
  }

  /** @param vectors the image's feature, then its views; undefined for a view that is like the picture */
  add(image: ImageRecord, [feature, ...views]: readonly [Float32Array, ...(Float32Array | undefined)[]]): void {
    this.#features ??= sharedMatrix(this.#capacity, this.#dim);
    this.#views ??= sharedMatrix(this.#capacity * this.#viewsPerImage, this.#dim);
    const row = this.#images.push(image) - 1;
    this.#features.values.set(feature, row * this.#dim);
    for (const [i, view] of views.entries()) {
      this.#views.values.set(view ?? feature, (row * this.#viewsPerImage + i) * this.#dim);
    }
  }

  async appendTo(store: ShardStore): Promise<Shard> {
    const images = this.#images;
    const features = rowsOf(this.#features as FeatureMatrix, 0, images.length);
    const views = rowsOf(this.#views as FeatureMatrix, 0, images.length * this.#viewsPerImage);
    [this.#images, this.#features, this.#views] = [[], undefined, undefined];
    return store.append({ images, features, views: this.#viewsPerImage > 0 ? views : undefined });
  }
}
