import { buffered } from "#base/bounded-buffer.ts";
import { sha256 } from "#base/fingerprint.ts";
import { hashFile } from "#base/hash-file.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { Progress } from "#base/progress.ts";
import { inSlots, type SlottedVectors } from "#calibration/closest-vectors.ts";
import type { ImageFile } from "#data/image-record.ts";
import { viewCount } from "#data/view.ts";
import { embedPictures, type SeenPictures } from "#features/embed-pictures.ts";
import type { Embedder } from "#features/embedder.ts";
import type { DecodedImage, DecodeOptions } from "#images/decode-image.ts";
import type { PictureReader } from "#images/picture-reader.ts";
import { isSystemError, UnreadablePicture } from "#images/unreadable-picture.ts";

export interface SampleOptions {
  /** Originals wanted. */
  readonly count: number;
  readonly seed: number;
  readonly decode: DecodeOptions;
  readonly reader: PictureReader;
  readonly embedder: Pick<Embedder, "batch" | "dim" | "embed" | "sessions">;
  /** Pictures decoded at once. */
  readonly concurrency: number;
  readonly progress: Progress;
}

/** Originals drawn from the user's images, no two of the same bytes. */
export interface DrawnSample {
  readonly images: readonly ImageFile[];
  readonly vectors: SlottedVectors;
  /** Files that were tried, those that could not be read, and those with the bytes of another. */
  readonly tried: number;
  readonly unreadable: number;
  readonly sameBytes: number;
}

/**
 * Draws images at random: in the order of a hash of seed and object id, so that a larger sample holds a smaller one, and images that come
 * or go leave the rest as it is. What cannot be read is passed over, and others drawn instead.
 */
export async function drawSample(files: readonly ImageFile[], options: SampleOptions): Promise<DrawnSample> {
  const { count, decode, embedder, progress } = options;
  const state: DrawingState = { tried: 0, unreadable: 0, sameBytes: 0, taken: 0 };
  const images: ImageFile[] = [];
  const vectors: Float32Array[] = [];
  const seen = seenOriginals(files, options, state);
  progress.update("sample", "images", 0, Math.min(count, files.length));
  for await (const { item, vectors: own } of embedPictures(buffered(seen, embedder.batch), {
    open: async () => embedder,
    sessions: embedder.sessions,
  })) {
    images.push(item);
    vectors.push(inSlots(own[0], embedder.dim));
    progress.update("sample", "images", images.length);
  }
  progress.finish("sample");
  const finite = images.map((_, i) => vectors[i].every(Number.isFinite));
  const { tried, unreadable, sameBytes } = state;
  const slots = 1 + viewCount(decode.views);
  return {
    images: images.filter((_, i) => finite[i]),
    vectors: { values: joined(vectors.filter((_, i) => finite[i])), slots, dim: embedder.dim },
    ...{ tried, sameBytes, unreadable: unreadable + finite.filter((each) => !each).length },
  };
}

interface DrawingState {
  tried: number;
  unreadable: number;
  sameBytes: number;
  taken: number;
}

async function* seenOriginals(
  files: readonly ImageFile[],
  options: SampleOptions,
  state: DrawingState,
): AsyncGenerator<SeenPictures<ImageFile>> {
  const { count, seed, concurrency } = options;
  const known = new Set<string>();
  for await (const { file, found } of orderedMap(inDrawnOrder(files, seed), concurrency, (file) =>
    read(file, options),
  )) {
    state.tried++;
    if (!found) state.unreadable++;
    else if (known.has(found.sha256)) state.sameBytes++;
    else {
      known.add(found.sha256);
      yield { item: file, pictures: [found.decoded] };
      if (++state.taken === count) return;
    }
  }
}

function inDrawnOrder(files: readonly ImageFile[], seed: number): ImageFile[] {
  const keyed = files.map((file) => ({ file, key: sha256(`${seed}\0${file.id}`) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ file }) => file);
}

interface ReadFile {
  readonly file: ImageFile;
  /** Undefined where it cannot be read. */
  readonly found: { readonly sha256: string; readonly decoded: DecodedImage } | undefined;
}

async function read(file: ImageFile, { reader, decode }: SampleOptions): Promise<ReadFile> {
  if (file.problem !== undefined) return { file, found: undefined };
  try {
    const decoded = await reader.decode(file.path, decode);
    return { file, found: { sha256: (await hashFile(file.path)).sha256, decoded } };
  } catch (error) {
    if (!(error instanceof UnreadablePicture || isSystemError(error))) throw error;
    return { file, found: undefined };
  }
}

/** Rows of one length, one after the other. */
export function joined(rows: readonly Float32Array[]): Float32Array {
  const length = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * length);
  for (const [i, row] of rows.entries()) all.set(row, i * length);
  return all;
}
