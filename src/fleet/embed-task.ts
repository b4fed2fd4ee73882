import type { ModelPreset } from "#data/model-preset.ts";
import type { View } from "#data/view.ts";
import type { PictureVectors } from "#features/embed-pictures.ts";
import { type JsonValue, packArrays, unpackArrays } from "#fleet/packed-arrays.ts";
import type { ReaderLimits } from "#images/picture-reader.ts";
import type { Fault } from "#images/unreadable-picture.ts";
import type { EmbeddedPicture, FailedPicture } from "#tasks/picture-embedding.ts";

/** A model as machines of a fleet share it. */
export interface SharedModel {
  /** Of everything that decides the numbers of a feature. */
  readonly fingerprint: string;
  readonly sha256: string;
  readonly preset: ModelPreset;
  readonly views: readonly View[];
  /** Its file first, then those of its weights: what storage fetches, and their paths from the model's folder, as the model names them. */
  readonly files: readonly { readonly reference: string; readonly name: string; readonly sha256: string }[];
}

/** What a task asks for whose result are the features of some pictures. */
export interface EmbedSpecification {
  readonly model: SharedModel;
  readonly limits: ReaderLimits;
  readonly images: readonly SharedImage[];
}

export interface SharedImage {
  readonly reference: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What a result tells of a picture; `vectors[0]` is its own, the others its views: true where there is one. */
type Told =
  | { readonly width: number; readonly height: number; readonly vectors: readonly boolean[] }
  | { readonly fault: Fault; readonly reason: string };

/** The result of a task as it lies in storage. */
export function packEmbedded(pictures: readonly (EmbeddedPicture | FailedPicture)[]): Uint8Array {
  const vectors = pictures.flatMap((picture) => ("vectors" in picture ? presentOf(picture.vectors) : []));
  const dim = vectors[0]?.length ?? 0;
  const features = new Float32Array(vectors.length * dim);
  for (const [i, vector] of vectors.entries()) features.set(vector, i * dim);
  const images = pictures.map((picture): Told => {
    if ("reason" in picture) return { fault: picture.fault, reason: picture.reason };
    const { width, height } = picture;
    return { width, height, vectors: picture.vectors.map((vector) => vector !== undefined) };
  });
  return packArrays({ dim, images } as unknown as JsonValue, { features });
}

/** @throws PipelineError `artifact` where it is not what was packed */
export function unpackEmbedded(bytes: Uint8Array, what: string): readonly (EmbeddedPicture | FailedPicture)[] {
  const { header, arrays } = unpackArrays(bytes, what);
  const { dim, images } = header as unknown as { dim: number; images: readonly Told[] };
  const features = arrays.features as Float32Array;
  let next = 0;
  const take = () => features.subarray(next++ * dim, next * dim);
  return images.map((told) => {
    if ("reason" in told) return { fault: told.fault, reason: told.reason };
    const vectors = told.vectors.map((isThere) => (isThere ? take() : undefined));
    return { width: told.width, height: told.height, vectors: vectors as unknown as PictureVectors };
  });
}

function presentOf(vectors: PictureVectors): Float32Array[] {
  return vectors.filter((vector) => vector !== undefined);
}
