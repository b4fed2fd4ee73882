import type { Embedder } from "#features/embedder.ts";
import type { DecodedImage } from "#images/decode-image.ts";

/** Pictures that belong together, in all their views. */
export interface SeenPictures<Item> {
  readonly item: Item;
  readonly pictures: readonly Pick<DecodedImage, "pixels" | "views">[];
}

export interface EmbeddedPictures<Item> {
  readonly item: Item;
  /** Of each picture: its own vector, then those of its views, shape (slots, dim). A view that is like the picture has its vector. */
  readonly vectors: readonly Float32Array[];
}

interface Waiting<Item> extends SeenPictures<Item> {
  readonly inputs: readonly Uint8Array[];
  readonly features: Float32Array[];
}

/** Embeds pictures in whole batches, as the model takes a batch that is not full no faster, and yields them in their order. */
export async function* embedPictures<Item>(
  source: AsyncIterable<SeenPictures<Item>>,
  embedder: Pick<Embedder, "batch" | "dim" | "embed">,
): AsyncGenerator<EmbeddedPictures<Item>> {
  const { batch, dim } = embedder;
  const waiting: Waiting<Item>[] = [];
  let inputs: { readonly pixels: Uint8Array; readonly of: Waiting<Item> }[] = [];
  const run = async () => {
    const features = await embedder.embed(inputs.slice(0, batch).map(({ pixels }) => pixels));
    for (const [i, { of }] of inputs.slice(0, batch).entries())
      of.features.push(features.slice(i * dim, (i + 1) * dim));
    inputs = inputs.slice(batch);
  };
  for await (const { item, pictures } of source) {
    const seen = pictures.flatMap(({ pixels, views }) => [pixels, ...views.filter((view) => view !== undefined)]);
    const entry = { item, pictures, inputs: seen, features: [] };
    waiting.push(entry);
    inputs.push(...seen.map((pixels) => ({ pixels, of: entry })));
    while (inputs.length >= batch) await run();
    while (waiting[0] && waiting[0].features.length === waiting[0].inputs.length) {
      yield inSlots(waiting.shift() as Waiting<Item>, dim);
    }
  }
  if (inputs.length > 0) await run();
  for (const entry of waiting) yield inSlots(entry, dim);
}

function inSlots<Item>({ item, pictures, features }: Waiting<Item>, dim: number): EmbeddedPictures<Item> {
  let next = 0;
  const vectors = pictures.map(({ views }) => {
    const own = features[next++];
    const slots = new Float32Array((1 + views.length) * dim);
    slots.set(own);
    for (const [i, view] of views.entries()) slots.set(view ? features[next++] : own, (1 + i) * dim);
    return slots;
  });
  return { item, vectors };
}
