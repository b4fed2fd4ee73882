import type { Metric } from "#data/metric.ts";

/** An image of the index and how far it is. */
export interface SimilarImage {
  readonly objectId: string;
  /** Plain L2, or 1 − cosine where the index is measured so; of the closest vectors of the two images. */
  readonly distance: number;
}

export interface SimilarityQuery {
  /** At most so many images; at least 1. */
  readonly limit: number;
  /** Only reference images are looked at. */
  readonly referenceOnly?: boolean;
}

/** What is known of an image of the index. */
export interface IndexedImage {
  readonly objectId: string;
  /** Pixels of the upright picture; 0 where features came without pictures. */
  readonly width: number;
  readonly height: number;
  /** Of the file; 0 where features came without pictures. */
  readonly bytes: number;
  /** Of the file's content, 64 hexadecimal digits; empty where features came without pictures. */
  readonly sha256: string;
  readonly isReference: boolean;
}

/** What an index consists of and what made it. */
export interface IndexFacts {
  /** Another one where the index was replaced: what is kept of answers is then out of date. */
  readonly generation: string;
  readonly images: number;
  /** Of all images. */
  readonly vectors: number;
  readonly dim: number;
  readonly metric: Metric;
  /** Name of its preset; undefined where features came without a model: pictures cannot be asked for then. */
  readonly model: string | undefined;
}

export interface AddedImage {
  readonly objectId: string;
  /** False where the index has the same bytes already, under this id. */
  readonly isNew: boolean;
}

/**
 * Answers what is like an image, from one index at a time: a new one takes its place between two questions, and a question that was begun
 * ends on the index it was begun on.
 */
export interface SimilarImages {
  readonly facts: IndexFacts;

  /** Object ids in ascending order of their UTF-8 bytes. */
  readonly objectIds: readonly string[];

  /** Undefined for what is no id of the index. */
  find(objectId: string): IndexedImage | undefined;

  /** Where the file of an image of the index lies, absolute; undefined where there is none. */
  pathOf(objectId: string): string | undefined;

  /**
   * The images nearest to an image of the index, itself among them: nearest first, equally near ones in the order of their ids.
   *
   * @throws UnknownImage for what is no id of the index
   */
  similarTo(objectId: string, query: SimilarityQuery): Promise<SimilarImage[]>;

  /**
   * The images nearest to a picture.
   *
   * @param file of the picture: a path of the machine, never one that came over the network
   * @throws UnreadablePicture where it cannot be decoded; PipelineError `input` where there is no model
   */
  similarToPicture(file: string, query: SimilarityQuery): Promise<SimilarImage[]>;

  /**
   * Copies a picture into the folder for new images, where the next run finds it, and lets it be found at once.
   *
   * @param file as `similarToPicture`
   * @param name of the file to be, without folders; made from its content where it is left out
   * @throws UnreadablePicture where it cannot be decoded; PipelineError `input` where images cannot be added
   */
  add(file: string, name: string | undefined): Promise<AddedImage>;

  close(): Promise<void>;
}

/** An id that the index does not have. */
export class UnknownImage extends Error {
  readonly objectId: string;

  constructor(objectId: string) {
    super(`No image of the index has the id ${JSON.stringify(objectId)}`);
    this.objectId = objectId;
  }
}
