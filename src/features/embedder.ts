import type { ByteShelf } from "#base/byte-shelf.ts";
import { WorkerPool } from "#base/worker-pool.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import type { EmbedHandlers, ModelPlace } from "#features/embed-worker.ts";
import type { PixelPlace } from "#features/pixel-batch.ts";
import { type Demand, sessionPlan } from "#features/session-plan.ts";

export interface EmbedderOptions extends Demand {
  /** Where pixels lie that are embedded by their place. */
  readonly shelf?: ByteShelf;
  /** Of a feature, where it is known: see `FeatureModel.open`. */
  readonly dim?: number;
}

/** A feature model in threads of its own, as ONNX Runtime blocks the thread that it runs in. */
export class Embedder {
  readonly #pool: WorkerPool<EmbedHandlers>;
  /** Pictures a run takes at most. */
  readonly batch: number;
  /** Numbers a feature has. */
  readonly dim: number;

  private constructor(pool: WorkerPool<EmbedHandlers>, { batch, dim }: { batch: number; dim: number }) {
    this.#pool = pool;
    this.batch = batch;
    this.dim = dim;
  }

  /** @throws PipelineError `input` when the file is no model, or does not fit the preset */
  static async open(file: string, preset: ModelPreset, options: EmbedderOptions): Promise<Embedder> {
    const { sessions, threads } = sessionPlan(file, options);
    const { device, shelf, dim } = options;
    const where = { device, threads };
    const known = { ...(shelf ? { shelf: shelf.file } : {}), ...(dim === undefined ? {} : { dim }) };
    const place: ModelPlace = { file, preset, where, ...known };
    const pool = new WorkerPool<EmbedHandlers>(new URL("./embed-worker.ts", import.meta.url), sessions, place);
    try {
      return new Embedder(pool, await pool.call("open", undefined));
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** Batches that are computed at the same time. */
  get sessions(): number {
    return this.#pool.size;
  }

  /**
   * @param pictures at most `batch` of them
   * @returns features, shape (pictures, dim)
   */
  async embed(pictures: readonly PixelPlace[]): Promise<Float32Array> {
    return (await this.#pool.call("embed", { pictures })).features;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
