import { serve, threadData } from "#base/worker-thread.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { fillBatch, type PixelPlace } from "#features/pixel-batch.ts";
import type { SessionOptions } from "#onnx/session.ts";

/** What a thread embeds with. */
export interface ModelPlace {
  readonly file: string;
  readonly preset: ModelPreset;
  readonly where: SessionOptions;
  /** Of a feature, where it is known. */
  readonly dim?: number;
  /** File of the shelf that pixels lie on, open in this process. */
  readonly shelf?: number;
}

const { file, preset, where, dim, shelf } = threadData<ModelPlace>();
const pictureBytes = 3 * preset.width * preset.height;
let opened: Promise<FeatureModel> | undefined;
/** Of a batch; one for all calls, as each is answered before the next is looked at. */
let room: Uint8Array | undefined;

function model(): Promise<FeatureModel> {
  opened ??= FeatureModel.open(file, preset, where, dim);
  return opened;
}

const handlers = {
  async open() {
    const opened = await model();
    return { batch: opened.batch, dim: opened.dim };
  },
  async embed({ pictures }: { pictures: readonly PixelPlace[] }) {
    const { batch } = await model();
    room ??= new Uint8Array(batch * pictureBytes);
    fillBatch(room, pictures, { pictureBytes, shelf });
    return { features: await (await model()).embed(room, pictures.length) };
  },
};

export type EmbedHandlers = typeof handlers;
serve(handlers);
