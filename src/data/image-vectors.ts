import { distance, type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";

/**
 * All vectors of some images: first one an image, as it stands, then those of its views that differ from it. Two images are as close as
 * their closest vectors.
 */
export interface ImageVectors {
  /** In shared memory, so that worker threads read it without a copy. */
  readonly matrix: FeatureMatrix;
  readonly imageCount: number;
  /** Image of each vector, shape (matrix.rowCount,); of the first `imageCount` their own number. */
  readonly imageOf: Uint32Array;
}

/**
 * Leaves out views that are the same as the picture or as an earlier view of it: they would only be compared twice.
 *
 * @param features shape (images, dim), in shared memory
 * @param views shape (images × views, dim), those of an image side by side; undefined where there are none
 */
export function imageVectors(features: FeatureMatrix, views: FeatureMatrix | undefined): ImageVectors {
  const { rowCount: imageCount, dim } = features;
  const ownNumbers = Uint32Array.from({ length: imageCount }, (_, image) => image);
  if (!views || imageCount === 0) return { matrix: features, imageCount, imageOf: ownNumbers };
  const kept = distinctViews(features, views);
  const perImage = views.rowCount / imageCount;
  const matrix = sharedMatrix(imageCount + kept.length, dim);
  matrix.values.set(features.values.subarray(0, imageCount * dim));
  for (const [i, view] of kept.entries()) matrix.values.set(rowAt(views, view), (imageCount + i) * dim);
  const imageOf = new Uint32Array(imageCount + kept.length);
  imageOf.set(ownNumbers);
  imageOf.set(
    kept.map((view) => Math.floor(view / perImage)),
    imageCount,
  );
  return { matrix, imageCount, imageOf };
}

/** The views that differ from their picture and from each other: their rows in `views`, ascending. */
export function distinctViews(features: FeatureMatrix, views: FeatureMatrix): number[] {
  const perImage = views.rowCount / features.rowCount;
  const kept: number[] = [];
  for (let image = 0; image < features.rowCount; image++) {
    const known = [rowAt(features, image)];
    for (let view = image * perImage; view < (image + 1) * perImage; view++) {
      const vector = rowAt(views, view);
      if (known.some((other) => other.every((value, f) => value === vector[f]))) continue;
      known.push(vector);
      kept.push(view);
    }
  }
  return kept;
}

function rowAt({ values, dim }: FeatureMatrix, row: number): Float32Array {
  return values.subarray(row * dim, (row + 1) * dim);
}

/** The vectors of each image, by their numbers: its own first. */
export function vectorsByImage({ imageOf, imageCount }: ImageVectors): number[][] {
  const numbers = Array.from({ length: imageCount }, (): number[] => []);
  for (const [vector, image] of imageOf.entries()) numbers[image].push(vector);
  return numbers;
}

/** Plain L2 of two images by the numbers of their vectors: that of their closest ones. */
export function closestDistance(
  left: ImageVectors,
  ofLeft: readonly number[],
  right: ImageVectors,
  ofRight: readonly number[],
): number {
  let closest = Number.POSITIVE_INFINITY;
  for (const a of ofLeft) {
    for (const b of ofRight) closest = Math.min(closest, distance(left.matrix, a, right.matrix, b));
  }
  return closest;
}

/** Plain L2 from image `i` of one to image `i` of the other, for every i: that of their closest vectors; float64, shape (images,). */
export function closestDistances(left: ImageVectors, right: ImageVectors): Float64Array {
  const ofRight = vectorsByImage(right);
  return Float64Array.from(vectorsByImage(left), (numbers, i) => closestDistance(left, numbers, right, ofRight[i]));
}

/** Whose the vectors are that shards brought one after the other: vectors are numbered in the order in which they came. */
export class VectorOwners {
  readonly #shards: { readonly firstVector: number; readonly firstRow: number; readonly imageOf: Uint32Array }[] = [];
  #vectors = 0;

  /** How many came. */
  get vectorCount(): number {
    return this.#vectors;
  }

  /** @param firstRow row of the shard's first image */
  add({ imageOf }: ImageVectors, firstRow: number): void {
    this.#shards.push({ firstVector: this.#vectors, firstRow, imageOf });
    this.#vectors += imageOf.length;
  }

  /** Which of the shards a vector came with, by its place among them. */
  shardOf(vector: number): number {
    let [low, high] = [0, this.#shards.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#shards[middle].firstVector <= vector) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The row of each vector's image, shape (vectors,). */
  toArray(): Uint32Array {
    const all = new Uint32Array(this.#vectors);
    for (const { firstVector, firstRow, imageOf } of this.#shards) {
      for (let i = 0; i < imageOf.length; i++) all[firstVector + i] = firstRow + imageOf[i];
    }
    return all;
  }
}
