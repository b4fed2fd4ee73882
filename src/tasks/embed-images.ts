import { orderedMap } from "#base/ordered-map.ts";
import { embedPictures, type PictureVectors, type SeenPictures } from "#features/embed-pictures.ts";
import type { ShelvedImage } from "#images/picture-process.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import type { ExtractionTools } from "#tasks/extraction-tools.ts";
import type { EmbeddedPicture, EmbeddedTask, FailedPicture, PictureEmbedding } from "#tasks/picture-embedding.ts";

/**
 * Decodes pictures and embeds them and their views, at the same time.
 *
 * @param paths of the files, absolute; of those that are still on their way here, once they have come
 * @param expected pictures to come in all, about; the model is opened for so many
 * @param onDone called with how many more of them are embedded
 * @returns in the order of the paths
 */
export async function embedImages(
  paths: readonly PicturePath[],
  tools: ExtractionTools,
  { expected, onDone }: { readonly expected: number; readonly onDone: (images: number) => void },
): Promise<readonly (EmbeddedPicture | FailedPicture)[]> {
  const all: (EmbeddedPicture | FailedPicture)[] = [];
  const fail = (place: number, failed: FailedPicture) => {
    all[place] = failed;
  };
  const open = () => tools.embedder(expected);
  const decoded = readable(paths, tools, fail);
  for await (const { item, vectors } of embedPictures(decoded, { open, sessions: tools.sessions })) {
    const { place, picture } = item;
    tools.shelf.giveBack(picture.place);
    const [own] = vectors;
    if (areFinite(own)) {
      all[place] = { width: picture.width, height: picture.height, vectors: own };
      onDone(1);
    } else fail(place, { fault: "content", reason: "the model's output is not finite" });
  }
  return all;
}

/** The same in this process. */
export class LocalEmbedding implements PictureEmbedding {
  readonly #tools: ExtractionTools;
  readonly #expected: number;
  /** While the last pictures of one task are embedded, the first of the next are decoded. */
  readonly atOnce = 2;

  /** @param expected pictures to come, about */
  constructor(tools: ExtractionTools, expected: number) {
    [this.#tools, this.#expected] = [tools, expected];
  }

  async embed(images: readonly { readonly path: string }[], onDone: (images: number) => void): Promise<EmbeddedTask> {
    const paths = images.map(({ path }) => path);
    const all = await embedImages(paths, this.#tools, { expected: this.#expected, onDone });
    return { read: async () => all, release: async () => undefined };
  }
}

/** Fails with an UnreadablePicture where only this one cannot be had. */
type PicturePath = string | Promise<string>;

interface Shelved {
  readonly place: number;
  readonly picture: ShelvedImage;
}

async function* readable(
  paths: readonly PicturePath[],
  tools: ExtractionTools,
  fail: (place: number, failed: FailedPicture) => void,
): AsyncGenerator<SeenPictures<Shelved>> {
  const { concurrency, decodedAhead } = tools;
  const decoding = orderedMap(paths.entries(), concurrency, (entry) => decode(entry, tools), decodedAhead);
  for await (const found of decoding) {
    if ("reason" in found) fail(found.place, found);
    else yield found;
  }
}

async function decode(
  [place, path]: readonly [number, PicturePath],
  { reader, model }: ExtractionTools,
): Promise<SeenPictures<Shelved> | (FailedPicture & { readonly place: number })> {
  try {
    const picture = await reader.shelve(await path, model);
    return { item: { place, picture }, pictures: [picture] };
  } catch (error) {
    if (!(error instanceof UnreadablePicture)) throw error;
    return { place, fault: error.fault, reason: error.message };
  }
}

/** Nothing times 0 is anything but 0, unless it is not finite. */
function areFinite(vectors: PictureVectors): boolean {
  let sum = 0;
  for (const vector of vectors) if (vector) for (let f = 0; f < vector.length; f++) sum += 0 * vector[f];
  return sum === 0;
}
