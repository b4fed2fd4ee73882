import { cpus } from "node:os";
import { closeAll } from "#base/close-all.ts";
import { hashFile } from "#base/hash-file.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { fileEnding } from "#images/file-ending.ts";
import { UnreadablePicture } from "#images/unreadable-picture.ts";
import type { QueryVectors } from "#search/row-level.ts";
import { memoryLimit } from "#settings/memory-limit.ts";
import { AddedImages, refuseUnfitName } from "#similarity/added-images.ts";
import { HeldIndex } from "#similarity/held-index.ts";
import type { KnownModel } from "#similarity/image-rows.ts";
import { IndexWatch } from "#similarity/index-watch.ts";
import { type EmbeddedPicture, QueryPictures } from "#similarity/query-pictures.ts";
import {
  type AddedImage,
  type IndexedImage,
  type IndexFacts,
  type SimilarImage,
  type SimilarImages,
  type SimilarityQuery,
  UnknownImage,
} from "#similarity/similar-images.ts";
import { mergedIds, nearestFirst } from "#similarity/similarity-order.ts";
import { type AskedIndex, SimilaritySource } from "#similarity/similarity-source.ts";

export interface LiveImagesOptions extends AskedIndex {
  /** Folder for new images; undefined where none may be added. */
  readonly addTo?: string | undefined;
  /** How often it is looked whether a run has replaced the index. */
  readonly lookEveryMs?: number;
}

/** Share of the memory limit for vectors. */
const VECTOR_SHARE = 0.5;
const LOOK_EVERY_MS = 1000;

/** Opens the index that the settings name, for a server: see `SimilarImages`. */
export async function openSimilarImages(options: LiveImagesOptions): Promise<SimilarImages> {
  return LiveImages.open(options);
}

/** The latest state of an index; what was added since; and a watch for the next state. */
class LiveImages implements SimilarImages {
  readonly #options: LiveImagesOptions;
  readonly #source: SimilaritySource;
  #held: HeldIndex;
  #known: KnownModel;
  #pictures: QueryPictures | undefined;
  #added: AddedImages | undefined;
  #ids: readonly string[];
  readonly #watch: IndexWatch;

  private constructor(options: LiveImagesOptions, source: SimilaritySource, held: HeldIndex, known: KnownModel) {
    this.#options = options;
    this.#known = known;
    this.#source = source;
    this.#held = held;
    this.#ids = held.images.objectIds;
    const { settings, progress, lookEveryMs = LOOK_EVERY_MS } = options;
    const onReplaced = () => this.#reload();
    this.#watch = new IndexWatch(settings, { everyMs: lookEveryMs, onReplaced, tell: (line) => progress.note(line) });
  }

  static async open(options: LiveImagesOptions): Promise<LiveImages> {
    const source = new SimilaritySource(options);
    try {
      const rows = await source.rows("facts");
      const images = await source.open(rows, { maxVectorBytes: maxVectorBytes(options) });
      const live = new LiveImages(options, source, new HeldIndex(images), await source.model());
      live.#pictures = live.#openPictures();
      const { addTo } = options;
      if (addTo !== undefined) live.#added = await AddedImages.open(addTo, rows.folders);
      await live.#takeOthers();
      live.#watch.start();
      return live;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  get facts(): IndexFacts {
    const { facts } = this.#held.images;
    const added = this.#added?.images.length ?? 0;
    return added === 0 ? facts : { ...facts, images: facts.images + added, generation: `${facts.generation}-${added}` };
  }

  get objectIds(): readonly string[] {
    return this.#ids;
  }

  find(objectId: string): IndexedImage | undefined {
    return this.#held.images.find(objectId) ?? this.#added?.find(objectId)?.image;
  }

  pathOf(objectId: string): string | undefined {
    const { images } = this.#held;
    if (images.find(objectId)) return images.rows.pathOf(objectId);
    return this.#added?.find(objectId)?.path;
  }

  similarTo(objectId: string, query: SimilarityQuery): Promise<SimilarImage[]> {
    return this.#held.use(async (images) => {
      const queries = images.vectorsOf(objectId) ?? this.#added?.find(objectId)?.vectors;
      if (!queries) throw new UnknownImage(objectId);
      return this.#nearest(images, queries, query);
    });
  }

  async similarToPicture(file: string, query: SimilarityQuery): Promise<SimilarImage[]> {
    const { vectors } = await this.#embed(file);
    return this.#held.use((images) => this.#nearest(images, vectors.matrix, query));
  }

  async add(file: string, name: string | undefined): Promise<AddedImage> {
    const added = this.#added;
    if (!added) throw new PipelineError("input", "Images cannot be added here: start the server with --add-to FOLDER");
    if (name !== undefined) refuseUnfitName(name);
    const picture = await this.#embed(file);
    const content = await hashFile(file);
    const known = this.#held.images.findContent(content.sha256) ?? added.findContent(content.sha256);
    if (known !== undefined) return { objectId: known, isNew: false };
    const place = await added.write(file, name, await fileEnding(file));
    this.#take(place, picture, content);
    return { objectId: place.objectId, isNew: true };
  }

  async close(): Promise<void> {
    await this.#watch.stop();
    await closeAll(
      () => this.#held.letGo(),
      () => this.#pictures?.close(),
      () => this.#source.close(),
    );
  }

  async #nearest(
    images: HeldIndex["images"],
    queries: QueryVectors,
    { limit, referenceOnly = false }: SimilarityQuery,
  ): Promise<SimilarImage[]> {
    const found = await images.nearest(queries, { limit, referenceOnly });
    const added = this.#added?.distances(queries, this.#options.metric, referenceOnly) ?? [];
    // a run may have taken one in meanwhile
    const others = added.filter(({ objectId }) => !images.find(objectId));
    return others.length === 0 ? found : nearestFirst([...found, ...others]).slice(0, limit);
  }

  #embed(file: string): Promise<EmbeddedPicture> {
    if (this.#pictures) return this.#pictures.embed(file);
    throw new PipelineError("input", `Pictures cannot be searched for: ${this.#known.noModel}`);
  }

  #openPictures(): QueryPictures | undefined {
    const { dim, model } = this.#known;
    if (model === undefined) return undefined;
    if (this.#pictures?.model.fingerprint === model.fingerprint) return this.#pictures;
    const processors = cpus().length;
    const { extract: limits } = this.#options.settings;
    return new QueryPictures(model, { dim, limits, concurrency: processors, processors });
  }

  #take(
    place: { objectId: string; path: string },
    picture: EmbeddedPicture,
    content: { bytes: number; sha256: string },
  ): void {
    this.#added?.take(place, picture, content);
    this.#ids = mergedIds(this.#held.images.objectIds, this.#added?.images.map(({ objectId }) => objectId) ?? []);
  }

  /** What was added before this server was started, and no run has seen. */
  async #takeOthers(): Promise<void> {
    const others = (await this.#added?.others((id) => this.#held.images.find(id) !== undefined)) ?? [];
    for (const place of others) {
      try {
        this.#take(place, await this.#embed(place.path), await hashFile(place.path));
      } catch (error) {
        if (!(error instanceof UnreadablePicture)) throw error;
        this.#options.progress.note(`Passed over "${place.path}": ${messageOf(error)}`);
      }
    }
  }

  /** Puts the next state in the place of this one, which ends with the last question that was put to it. */
  async #reload(): Promise<void> {
    const rows = await this.#source.rows("facts");
    const { images: earlier } = this.#held;
    if (rows.generation === earlier.facts.generation) return;
    const next = await this.#source.open(rows, { maxVectorBytes: maxVectorBytes(this.#options), earlier });
    const before = this.#held;
    const pictures = this.#pictures;
    this.#known = await this.#source.model();
    this.#held = new HeldIndex(next);
    this.#pictures = this.#openPictures();
    this.#added?.forget((id) => next.find(id) !== undefined);
    this.#ids = mergedIds(next.objectIds, this.#added?.images.map(({ objectId }) => objectId) ?? []);
    this.#options.progress.note(`The index was replaced: ${next.facts.images} images are served now`);
    await before.letGo();
    if (pictures !== this.#pictures) await pictures?.close();
  }
}

function maxVectorBytes({ settings }: LiveImagesOptions): number {
  return VECTOR_SHARE * memoryLimit(settings);
}
