import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { outputPaths } from "#artifacts/output-paths.ts";
import { closeAll } from "#base/close-all.ts";
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
  readonly #asked: AskedIndex;
  readonly #searcher: Searcher;
  /** Starts threads only where something has to be made. */
  readonly #encoder: Searcher;

  /** @param threads that answer a question together; they start at once */
  constructor(asked: AskedIndex, threads = cpus().length) {
    this.#asked = asked;
    this.#searcher = new Searcher(threads);
    this.#encoder = threads === cpus().length ? this.#searcher : new Searcher(cpus().length);
    this.#searcher.start();
  }

  /** What lies on disk now. @throws PipelineError `artifact` where there is nothing, or it is not whole */
  rows(detail: RowDetail): Promise<ImageRows> {
    const { settings, progress } = this.#asked;
    const { features, index, output } = settings;
    if (features !== null) return featureFolderRows(features, index.shardRows);
    return runRows(outputPaths(output), detail, (line) => progress.note(line));
  }

  /** What made the vectors; known before all rows are, and looked for anew each time. @throws as `rows` */
  model(): Promise<KnownModel> {
    const { settings } = this.#asked;
    return settings.features === null ? runModel(outputPaths(settings.output)) : Promise.resolve(NO_MODEL);
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
    const { settings, metric, progress } = this.#asked;
    const [searcher, encoder] = [this.#searcher, this.#encoder];
    const encoded = encodedFolder(settings, metric);
    return IndexedImages.open(rows, { searcher, encoder, encoded, metric, maxVectorBytes, earlier, progress });
  }

  close(): Promise<void> {
    return closeAll(
      () => this.#searcher.close(),
      () => this.#encoder.close(),
    );
  }
}

/** Where that is kept which makes queries quick: each folder of features has a place of its own, and so has each metric. */
export function encodedFolder({ features, output }: Pick<Settings, "features" | "output">, metric: Metric): string {
  const name = features === null ? "index" : `features-${fingerprint(resolve(features)).slice(0, 16)}`;
  return join(outputPaths(output).encoded, metric === "l2" ? name : `${name}-${metric}`);
}
