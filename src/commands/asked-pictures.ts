import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { PipelineError } from "#base/pipeline-error.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { Settings } from "#settings/settings.ts";
import { QueryPictures } from "#similarity/query-pictures.ts";
import type { SimilaritySource } from "#similarity/similarity-source.ts";

interface Opened {
  readonly pictures: QueryPictures | undefined;
  /** Why there are none. */
  readonly reason: string;
}

/** The image files among what is asked. */
export class AskedPictures {
  readonly #files: readonly string[];
  readonly #settings: Settings;
  readonly #source: SimilaritySource;
  readonly #begun = new Map<string, Promise<FeatureMatrix>>();
  #opened: Promise<Opened> | undefined;

  constructor({ queries, settings }: { queries: readonly string[]; settings: Settings }, source: SimilaritySource) {
    this.#files = queries.filter((name) => existsSync(name));
    this.#settings = settings;
    this.#source = source;
  }

  /** Begins with the first: it is embedded while the index opens, and the others when their turn comes. */
  begin(): void {
    const [first] = this.#files;
    if (first === undefined) return;
    const vectors = this.#embed(first);
    // who asks for it hears of what goes wrong; it may turn out to be the id of an image
    vectors.catch(() => undefined);
    this.#begun.set(first, vectors);
  }

  /** @throws UnreadablePicture where it cannot be decoded, PipelineError `input` where there is no model */
  vectorsOf(file: string): Promise<FeatureMatrix> {
    return this.#begun.get(file) ?? this.#embed(file);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#begun.values());
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.pictures?.close();
  }

  async #embed(file: string): Promise<FeatureMatrix> {
    this.#opened ??= this.#open();
    const { pictures, reason } = await this.#opened;
    if (!pictures) throw new PipelineError("input", `Cannot search for "${file}": ${reason}`);
    return (await pictures.embed(file)).vectors.matrix;
  }

  async #open(): Promise<Opened> {
    const { dim, model, noModel: reason } = await this.#source.model();
    const options = { dim, limits: this.#settings.extract, concurrency: 1, processors: cpus().length };
    return { pictures: model && new QueryPictures(model, options), reason };
  }
}
