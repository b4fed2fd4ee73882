import type { HashedImage } from "#data/image-record.ts";
import type { PictureVectors } from "#features/embed-pictures.ts";
import type { Fault } from "#images/unreadable-picture.ts";

/** A picture that became features: its size as it lies on disk, its own feature and those of its views. */
export interface EmbeddedPicture {
  readonly width: number;
  readonly height: number;
  readonly vectors: PictureVectors;
}

/** A picture that could not be decoded, or whose features are not finite. */
export interface FailedPicture {
  readonly fault: Fault;
  readonly reason: string;
}

/** What became of the pictures of a task, in their order. */
export interface EmbeddedTask {
  read(): Promise<readonly (EmbeddedPicture | FailedPicture)[]>;
  /** To be called once the index holds what was read: what was kept for a run that may have to begin again can go. */
  release(): Promise<void>;
}

/** Embeds the pictures of one model, some at a time: in this process, or elsewhere. */
export interface PictureEmbedding {
  /** Tasks that keep it busy. */
  readonly atOnce: number;
  /**
   * What is found hangs on the pictures alone, not on who embeds them, with which others or how often.
   *
   * @param onDone called with how many more of them are embedded; with less than 0 where some turn out to have failed
   * @returns undefined where it failed again and again, and somebody has taken note of it
   */
  embed(images: readonly HashedImage[], onDone: (images: number) => void): Promise<EmbeddedTask | undefined>;
}
