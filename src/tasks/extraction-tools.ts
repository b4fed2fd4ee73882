import { ByteShelf } from "#base/byte-shelf.ts";
import { closeAll } from "#base/close-all.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { viewCount } from "#data/view.ts";
import type { PictureEmbedder } from "#device/device-embedder.ts";
import { openEmbedder } from "#device/open-embedder.ts";
import type { RunDevice } from "#device/run-device.ts";
import type { RunModel } from "#device/run-model.ts";
import { PictureReader, type ReaderLimits } from "#images/picture-reader.ts";

const DECODED_AHEAD = 8;

/** What decoding and embedding may take. */
export interface ExtractionLimits {
  readonly reader: ReaderLimits;
  /** Pictures decoded at once; as many as there are processors where null. */
  readonly decoders: number | null;
  /** Batches embedded at once, and threads for that. */
  readonly processors: number;
}

/** What decodes and embeds the pictures of a run: processes and threads that hand pixels to each other. */
export class ExtractionTools {
  readonly reader: PictureReader;
  readonly shelf: ByteShelf;
  readonly model: RunModel;
  /** Pictures decoded at once. */
  readonly concurrency: number;
  /** Batches embedded at once. */
  readonly sessions: number;
  readonly #device: RunDevice;
  #embedder: Promise<PictureEmbedder> | undefined;

  constructor(model: RunModel, { reader, decoders, processors }: ExtractionLimits, device: RunDevice) {
    const { preset, views } = model;
    [this.model, this.#device, this.sessions] = [model, device, processors];
    this.concurrency = decoders ?? processors;
    const placeBytes = (1 + viewCount(views)) * 3 * preset.width * preset.height;
    this.shelf = ByteShelf.open(placeBytes, this.#picturesUnderWay(preset));
    this.reader = new PictureReader(reader, this.concurrency, { shelf: this.shelf });
  }

  /** Pictures that are decoded while the next in order still is: some take many times as long as others. */
  get decodedAhead(): number {
    return DECODED_AHEAD * this.concurrency;
  }

  /** Decoded ahead, and in batches that are put together, wait or are computed. */
  #picturesUnderWay({ batch }: ModelPreset): number {
    return this.decodedAhead + 2 * (this.sessions + 2) * batch;
  }

  /**
   * Opens the model, once.
   *
   * @param expected pictures to come, about
   */
  embedder(expected: number): Promise<PictureEmbedder> {
    const { sessions: processors, shelf } = this;
    this.#embedder ??= openEmbedder(this.#device, this.model, { processors, expected, shelf });
    return this.#embedder;
  }

  close(): Promise<void> {
    return closeAll(
      () => this.reader.close(),
      async () => (await this.#embedder?.catch(() => undefined))?.close(),
      // after all that have it open
      async () => this.shelf.close(),
    );
  }
}
