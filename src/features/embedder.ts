import { WorkerThread } from "#base/worker-thread.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import type { EmbedHandlers } from "#features/embed-worker.ts";
import type { Device } from "#onnx/session.ts";

/** A feature model in a thread of its own, as ONNX Runtime blocks the thread that it runs in. */
export class Embedder {
  readonly #worker: WorkerThread<EmbedHandlers>;
  /** Pictures a run takes at most. */
  readonly batch: number;
  /** Numbers a feature has. */
  readonly dim: number;

  private constructor(worker: WorkerThread<EmbedHandlers>, { batch, dim }: { batch: number; dim: number }) {
    this.#worker = worker;
    this.batch = batch;
    this.dim = dim;
  }

  /** @throws PipelineError `input` when the file is no model, or does not fit the preset */
  static async open(file: string, preset: ModelPreset, device: Device): Promise<Embedder> {
    const worker = new WorkerThread<EmbedHandlers>(new URL("./embed-worker.ts", import.meta.url));
    try {
      return new Embedder(worker, await worker.call("open", { file, preset, device }));
    } catch (error) {
      await worker.close();
      throw error;
    }
  }

  /**
   * @param pictures RGB, 0..255, shape (height, width, 3) each; at most `batch` of them
   * @returns features, shape (pictures, dim)
   */
  async embed(pictures: readonly Uint8Array[]): Promise<Float32Array> {
    const pixels = Buffer.concat(pictures);
    // Buffer.concat may hand out a part of a shared pool, which cannot be moved to the worker
    const own = pixels.byteLength === pixels.buffer.byteLength ? pixels : new Uint8Array(pixels);
    const message = new Uint8Array(own.buffer as ArrayBuffer);
    const { features } = await this.#worker.call("embed", { pixels: message }, [message.buffer]);
    return features;
  }

  close(): Promise<void> {
    return this.#worker.close();
  }
}
