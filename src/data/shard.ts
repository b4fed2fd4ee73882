import type { ImageRecord } from "#data/image-record.ts";
import type { ImageVectors } from "#data/image-vectors.ts";

/** Up to `shardRows` images and their vectors: rows `firstRow` to `firstRow + images.length` of the whole index. */
export interface Shard {
  readonly number: number;
  readonly firstRow: number;
  readonly images: readonly ImageRecord[];
  readonly vectors: ImageVectors;
}
