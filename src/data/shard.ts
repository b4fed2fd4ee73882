import type { ImageVectors } from "#data/image-vectors.ts";

/** The vectors of up to `shardRows` images: rows `firstRow` to `firstRow + vectors.imageCount` of the whole index. */
export interface Shard {
  readonly number: number;
  readonly firstRow: number;
  readonly vectors: ImageVectors;
}
