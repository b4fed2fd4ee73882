import { ByteShelf } from "#base/byte-shelf.ts";
import { closeAll } from "#base/close-all.ts";
import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";
import { type ImageVectors, imageVectors } from "#data/image-vectors.ts";
import { viewCount } from "#data/view.ts";
import type { PictureEmbedder } from "#device/device-embedder.ts";
import { openEmbedder } from "#device/open-embedder.ts";
import { RunDevice } from "#device/run-device.ts";
import type { RunModel } from "#device/run-model.ts";
import { embedPictures } from "#features/embed-pictures.ts";
import { PictureReader, type ReaderLimits } from "#images/picture-reader.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";

export interface QueryPictureOptions {
  /** Numbers of a vector of the index. */
  readonly dim: number;
  readonly limits: ReaderLimits;
  /** Pictures decoded at once. */
  readonly concurrency: number;
  /** Threads that compute. */
  readonly processors: number;
}

/** A picture as the index would have it. */
export interface EmbeddedPicture {
  /** Of the upright picture. */
  readonly width: number;
  readonly height: number;
  /** Of one image. */
  readonly vectors: ImageVectors;
}

/** Embeds pictures that are asked about, as the run did whose index is asked. */
export class QueryPictures {
  readonly model: RunModel;
  readonly #shelf: ByteShelf;
  readonly #reader: PictureReader;
  readonly #device = new RunDevice("cpu", () => undefined);
  readonly #embedder: Promise<PictureEmbedder>;

  /** Begins to open the model: what is wrong with it is told when a picture is embedded. */
  constructor(model: RunModel, { dim, limits, concurrency, processors }: QueryPictureOptions) {
    this.model = model;
    const { preset, views } = model;
    const placeBytes = (1 + viewCount(views)) * 3 * preset.width * preset.height;
    this.#shelf = ByteShelf.open(placeBytes, 2 * concurrency);
    this.#reader = new PictureReader(limits, concurrency, { shelf: this.#shelf });
    // a picture at a time is embedded sooner by one session with all threads
    const demand = { processors, expected: 1, shelf: this.#shelf };
    this.#embedder = openEmbedder(this.#device, model, { ...demand, dim });
    this.#embedder.catch(() => undefined);
  }

  /** @throws UnreadablePicture where it cannot be decoded, PipelineError `input` where the model cannot be used */
  async embed(file: string): Promise<EmbeddedPicture> {
    const { preset, views } = this.model;
    const decoded = await this.#reader.shelve(file, { preset, views });
    try {
      const embedder = await this.#embedder;
      const one = { item: undefined, pictures: [decoded] };
      for await (const { vectors } of embedPictures(only(one), { open: async () => embedder, sessions: 1 }))
        return { width: decoded.width, height: decoded.height, vectors: vectorsOf(vectors[0], embedder.dim) };
      throw new Error("The model gave nothing for a picture");
    } finally {
      this.#shelf.giveBack(decoded.place);
    }
  }

  close(): Promise<void> {
    return closeAll(
      () => this.#reader.close(),
      async () => (await this.#embedder.catch(() => undefined))?.close(),
      () => this.#device.close(),
      // after all that have it open
      async () => this.#shelf.close(),
    );
  }
}

async function* only<Item>(item: Item): AsyncGenerator<Item> {
  yield item;
}

/** The vectors of one picture; a view that is like it has its own. */
function vectorsOf([feature, ...views]: readonly (Float32Array | undefined)[], dim: number): ImageVectors {
  const own = matrixOf([feature as Float32Array], dim);
  if (!own.values.every(Number.isFinite)) throw new UnreadablePicture("content", "the model's output is not finite");
  const further = views.map((view) => view ?? (feature as Float32Array));
  return imageVectors(own, further.length === 0 ? undefined : matrixOf(further, dim));
}

function matrixOf(rows: readonly Float32Array[], dim: number): FeatureMatrix {
  const matrix = sharedMatrix(rows.length, dim);
  for (const [i, row] of rows.entries()) matrix.values.set(row, i * dim);
  return matrix;
}
