import { type ByteShelf, readBytes } from "#base/byte-shelf.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { ComputeDevice } from "#device/compute-device.ts";
import type { DeviceModel, OpenedModel } from "#device/embed-handlers.ts";
import type { RunDevice } from "#device/run-device.ts";
import type { Embedder } from "#features/embedder.ts";
import type { PixelPlace } from "#features/pixel-batch.ts";

/** Where pictures become features: on the CPU, or on a device while there is one. */
export type PictureEmbedder = Pick<Embedder, "batch" | "dim" | "embed" | "sessions" | "close">;

/** A model on a device. What it cannot embed, the CPU does: in smaller batches first, then with all that comes. */
export class DeviceEmbedder implements PictureEmbedder {
  readonly dim: number;
  /** Pictures that a call takes at most. */
  readonly batch: number;
  /** One batch is put together while another is computed. */
  readonly sessions = 1;
  readonly #device: ComputeDevice;
  readonly #model: DeviceModel;
  readonly #openCpu: () => Promise<Embedder>;
  readonly #run: Pick<RunDevice, "tell" | "tellFailure">;
  /** Where pixels lie that have to be sent to the device's process. */
  readonly #shelf: ByteShelf | undefined;
  /** Pictures that the device takes at once; 0 when it takes none any more. */
  #fits: number;
  #cpu: Promise<Embedder> | undefined;

  constructor(
    device: ComputeDevice,
    model: DeviceModel,
    { batch, dim, readsShelf }: OpenedModel,
    { openCpu, run, shelf }: { openCpu: () => Promise<Embedder>; run: RunDevice; shelf: ByteShelf | undefined },
  ) {
    [this.#device, this.#model, this.#openCpu, this.#run] = [device, model, openCpu, run];
    this.#shelf = readsShelf ? undefined : shelf;
    [this.batch, this.dim, this.#fits] = [batch, dim, batch];
  }

  /** See `Embedder.embed`. A batch that the device does not answer is computed again by the CPU. */
  async embed(pictures: readonly PixelPlace[]): Promise<Float32Array> {
    const features = new Float32Array(pictures.length * this.dim);
    for (let first = 0; first < pictures.length; ) {
      const fits = this.#fits;
      const some = fits > 0 ? pictures.slice(first, first + fits) : pictures.slice(first);
      const found = fits > 0 ? await this.#onDevice(some, fits) : await this.#onCpu(some);
      if (!found) continue;
      features.set(found, first * this.dim);
      first += some.length;
    }
    return features;
  }

  async close(): Promise<void> {
    await (await this.#cpu?.catch(() => undefined))?.close();
  }

  /** @returns undefined when it has to be done otherwise */
  async #onDevice(pictures: readonly PixelPlace[], fits: number): Promise<Float32Array | undefined> {
    const { preset } = this.#model;
    const place = { ...this.#model, preset: fits === this.batch ? preset : { ...preset, batch: fits } };
    try {
      const found = await this.#device.call("embed", { place, pictures: pictures.map((at) => this.#sent(at)) });
      if (!found) this.#fits = 0;
      return found?.answer.features;
    } catch (error) {
      // others may have failed before
      if (this.#fits === fits) this.#giveWay(messageOf(error));
      return undefined;
    }
  }

  /** What does not fit into a device's memory may do so in halves; a model that fixes its batch has none. */
  #giveWay(reason: string): void {
    const { batch } = this.#model.preset;
    const { name } = this.#device;
    const failed = `${name} failed with ${this.#fits} pictures at once (${reason})`;
    this.#fits = batch === this.batch ? Math.floor(this.#fits / 2) : 0;
    if (this.#fits > 0) this.#run.tell(`${failed}: going on with ${this.#fits}`);
    else this.#run.tellFailure(`${failed}: going on with the CPU`);
  }

  #sent(at: PixelPlace): PixelPlace {
    if (typeof at !== "number" || !this.#shelf) return at;
    const { width, height } = this.#model.preset;
    const pixels = new Uint8Array(3 * width * height);
    readBytes(this.#shelf.file, pixels, at);
    return pixels;
  }

  async #onCpu(pictures: readonly PixelPlace[]): Promise<Float32Array> {
    this.#cpu ??= this.#openCpu();
    const cpu = await this.#cpu;
    const features = new Float32Array(pictures.length * this.dim);
    for (let first = 0; first < pictures.length; first += cpu.batch)
      features.set(await cpu.embed(pictures.slice(first, first + cpu.batch)), first * this.dim);
    return features;
  }
}
