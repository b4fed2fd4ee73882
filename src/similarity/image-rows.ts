import type { ShardPart } from "#artifacts/shard-files.ts";
import type { RunModel } from "#device/run-model.ts";
import type { ScannedFolder } from "#reports/run-report.ts";
import type { IndexedImage } from "#similarity/similar-images.ts";

/** What lies on disk that questions are answered from. */
export interface ImageRows {
  /** Tells it from every other state of the same place. */
  readonly generation: string;
  /** The image of each row; undefined where there is none. */
  readonly images: readonly (IndexedImage | undefined)[];
  /** In the order of their rows; rows of shards that are lost are in none. */
  readonly shards: readonly ShardRows[];
  readonly dim: number;
  /** Views that each image has besides itself, at most. */
  readonly views: number;
  /** Of what made the vectors; undefined where that is not known. */
  readonly modelName: string | undefined;
  /** Image folders of the latest run; none where features came without pictures. */
  readonly folders: readonly ScannedFolder[];
  /** Where the file of an image lies, absolute; undefined where there is none. */
  pathOf(objectId: string): string | undefined;
}

/** What made the vectors. */
export interface KnownModel {
  /** Numbers of a vector; 0 where nothing made them that is known. */
  readonly dim: number;
  /** Undefined where it is not known, or cannot be used: `noModel` then says why. */
  readonly model: RunModel | undefined;
  readonly noModel: string;
}

/** Consecutive rows in one file. */
export interface ShardRows {
  readonly part: ShardPart;
  /** Names the content: another one where that has changed. */
  readonly key: string;
}
