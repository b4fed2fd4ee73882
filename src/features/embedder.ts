import { WorkerPool } from "#base/worker-pool.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import type { EmbedHandlers, ModelPlace } from "#features/embed-worker.ts";
import { type SessionPlan, sessionPlan } from "#features/session-plan.ts";
import type { Device } from "#onnx/session.ts";

export interface EmbedderOptions {
  readonly device: Device;
  /** Processors to compute on. */
  readonly processors: number;
  /** Pictures to come, about: for a few, no more than one session is worth its start. */
  readonly expected?: number;
}

/** A feature model in threads of its own, as ONNX Runtime blocks the thread that it runs in. */
export class Embedder {
  readonly #pool: WorkerPool<EmbedHandlers>;
  readonly #place: ModelPlace;
  /** Pictures a run takes at most. */
  readonly batch: number;
  /** Numbers a feature has. */
  readonly dim: number;

  private constructor(
    pool: WorkerPool<EmbedHandlers>,
    place: ModelPlace,
    { batch, dim }: { batch: number; dim: number },
  ) {
    [this.#pool, this.#place] = [pool, place];
    [this.batch, this.dim] = [batch, dim];
  }

  /** @throws PipelineError `input` when the file is no model, or does not fit the preset */
  static async open(file: string, preset: ModelPreset, options: EmbedderOptions): Promise<Embedder> {
    const { sessions, threads }: SessionPlan = sessionPlan(file, options);
    const place = { file, preset, where: { device: options.device, threads } };
    const pool = new WorkerPool<EmbedHandlers>(new URL("./embed-worker.ts", import.meta.url), sessions);
    try {
      return new Embedder(pool, place, await pool.call("open", place));
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
   * @param pictures RGB, 0..255, shape (height, width, 3) each; at most `batch` of them
   * @returns features, shape (pictures, dim)
   */
  async embed(pictures: readonly Uint8Array[]): Promise<Float32Array> {
    // not Buffer.concat, which may hand out a part of a pool that others share: this is moved to a thread
    const pixels = new Uint8Array(pictures.reduce((length, picture) => length + picture.length, 0));
    let end = 0;
    for (const picture of pictures) {
      pixels.set(picture, end);
      end += picture.length;
    }
    const { features } = await this.#pool.call("embed", { place: this.#place, pixels }, [pixels.buffer]);
    return features;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
