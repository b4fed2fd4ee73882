import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { outputPaths } from "#artifacts/output-paths.ts";
import { fingerprint } from "#base/fingerprint.ts";
import type { Progress } from "#base/progress.ts";
import type { Metric } from "#data/metric.ts";
import { Searcher } from "#search/searcher.ts";
import type { Settings } from "#settings/settings.ts";
import { featureFolderRows, NO_MODEL } from "#similarity/feature-folder-rows.ts";
import type { ImageRows, KnownModel } from "#similarity/image-rows.ts";
import { IndexedImages, type IndexedImagesOptions } from "#similarity/indexed-images.ts";
import { type RowDetail, runModel, runRows } from "#similarity/run-rows.ts";

/** What is asked: the index of the latest run, or features that somebody else made. */
export interface AskedIndex {
  readonly settings: Settings;
  readonly metric: Metric;
  readonly progress: Progress;
}

/** Where questions are answered from, and how it is opened. */
export class SimilaritySource {
  readonly searcher = new Searcher(cpus().length);
  readonly #asked: AskedIndex;

  constructor(asked: AskedIndex) {
    this.#asked = asked;
  }

  /** What lies on disk now. @throws PipelineError `artifact` where there is nothing, or it is not whole */
  rows(detail: RowDetail): Promise<ImageRows> {
    const { settings, progress } = this.#asked;
    const { features, index, output } = settings;
    if (features !== null) return featureFolderRows(features, index.shardRows);
    return runRows(outputPaths(output), detail, (line) => progress.note(line));
  }

  /** What made the vectors; known before all rows are. @throws as `rows` */
  async model(): Promise<KnownModel> {
    const { settings } = this.#asked;
    return settings.features === null ? runModel(outputPaths(settings.output)) : NO_MODEL;
  }

  /**
   * Makes rows ready to be asked.
   *
   * @param maxVectorBytes see `IndexedImagesOptions`
   */
  open(
    rows: ImageRows,
    { maxVectorBytes, earlier }: Pick<IndexedImagesOptions, "maxVectorBytes" | "earlier">,
  ): Promise<IndexedImages> {
    const { metric, progress } = this.#asked;
    const { searcher } = this;
    return IndexedImages.open(rows, { searcher, encoded: this.#encoded, metric, maxVectorBytes, earlier, progress });
  }

  close(): Promise<void> {
    return this.searcher.close();
  }

  get #encoded(): string {
    return encodedFolder(this.#asked.settings, this.#asked.metric);
  }
}

/** Where that is kept which makes queries quick: each folder of features has a place of its own, and so has each metric. */
export function encodedFolder({ features, output }: Pick<Settings, "features" | "output">, metric: Metric): string {
  const name = features === null ? "index" : `features-${fingerprint(resolve(features)).slice(0, 16)}`;
  return join(outputPaths(output).encoded, metric === "l2" ? name : `${name}-${metric}`);
}
