import { buffered } from "#base/bounded-buffer.ts";
import { orderedMap } from "#base/ordered-map.ts";
import type { Embedder } from "#features/embedder.ts";
import type { PixelPlace } from "#features/pixel-batch.ts";

/** A picture as a model takes it, and its views; undefined for one that is like the picture. */
interface SeenPicture {
  readonly pixels: PixelPlace;
  readonly views: readonly (PixelPlace | undefined)[];
}

/** Pictures that belong together, one at least. */
export interface SeenPictures<Item> {
  readonly item: Item;
  readonly pictures: readonly SeenPicture[];
}

/** The feature of a picture, then those of its views; undefined for one that is like the picture. */
export type PictureVectors = readonly [Float32Array, ...(Float32Array | undefined)[]];

export interface EmbeddedPictures<Item> {
  readonly item: Item;
  /** Of each picture. */
  readonly vectors: readonly PictureVectors[];
}

export interface EmbedOptions {
  /** Opens the model; called when the first picture has come. */
  readonly open: () => Promise<Pick<Embedder, "batch" | "dim" | "embed">>;
  /** Batches that are computed at the same time, at most. */
  readonly sessions: number;
}

/** A picture or a view on its way through the model. */
interface Input<Item> {
  readonly of: SeenPictures<Item>;
  readonly picture: number;
  /** 0 for the picture as it stands, then its views in their order. */
  readonly place: number;
  readonly pixels: PixelPlace;
  /** Of the pictures that belong together. */
  readonly isLast: boolean;
}

/**
 * Embeds pictures in whole batches, which need not end with a picture, and yields them in their order. The model computes several batches at
 * once while the next are put together.
 */
export async function* embedPictures<Item>(
  source: AsyncIterable<SeenPictures<Item>>,
  { open, sessions }: EmbedOptions,
): AsyncGenerator<EmbeddedPictures<Item>> {
  // one batch more than can be computed, so that no session waits for the next
  const batches = orderedMap(buffered(inBatches(source, open), 1), sessions + 1, async (batch) => {
    const model = await open();
    return { batch, dim: model.dim, features: await model.embed(batch.map(({ pixels }) => pixels)) };
  });
  let vectors: (Float32Array | undefined)[][] = [];
  for await (const { batch, dim, features } of batches) {
    for (const [i, { of, picture, place, isLast }] of batch.entries()) {
      if (picture === 0 && place === 0)
        vectors = of.pictures.map(({ views }) => new Array(1 + views.length).fill(undefined));
      vectors[picture][place] = features.subarray(i * dim, (i + 1) * dim);
      if (isLast) yield { item: of.item, vectors: vectors as unknown as PictureVectors[] };
    }
  }
}

async function* inBatches<Item>(
  source: AsyncIterable<SeenPictures<Item>>,
  open: EmbedOptions["open"],
): AsyncGenerator<Input<Item>[]> {
  let batch: Input<Item>[] = [];
  for await (const seen of source) {
    const size = (await open()).batch;
    for (const input of inputsOf(seen)) {
      if (batch.push(input) < size) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function inputsOf<Item>(of: SeenPictures<Item>): Input<Item>[] {
  const inputs = of.pictures.flatMap(({ pixels, views }, picture) =>
    [pixels, ...views].flatMap((seen, place) => (seen !== undefined ? [{ picture, place, pixels: seen }] : [])),
  );
  return inputs.map((input, i) => ({ ...input, of, isLast: i === inputs.length - 1 }));
}
