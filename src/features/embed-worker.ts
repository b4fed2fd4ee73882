import { readBytes } from "#base/byte-shelf.ts";
import { serve } from "#base/worker-thread.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { FeatureModel } from "#features/feature-model.ts";
import type { SessionOptions } from "#onnx/session.ts";

/** The model that a thread opens with its first call. */
export interface ModelPlace {
  readonly file: string;
  readonly preset: ModelPreset;
  readonly where: SessionOptions;
  /** File of the shelf that pixels lie on, open in this process. */
  readonly shelf?: number;
}

/** Pixels of a picture, RGB, 0..255, shape (height, width, 3): at hand, or by their offset on a shelf. */
export type PixelPlace = Uint8Array | number;

let room: Uint8Array | undefined;
let opened: Promise<FeatureModel> | undefined;

function model({ file, preset, where }: ModelPlace): Promise<FeatureModel> {
  opened ??= FeatureModel.open(file, preset, where);
  return opened;
}

const handlers = {
  async open(place: ModelPlace) {
    const { batch, dim } = await model(place);
    return { batch, dim };
  },
  async embed({ place, pictures }: { place: ModelPlace; pictures: readonly PixelPlace[] }) {
    const { preset, shelf } = place;
    const open = await model(place);
    const bytes = 3 * preset.width * preset.height;
    // one for all calls: each is answered before the next is looked at
    room ??= new Uint8Array(open.batch * bytes);
    for (const [i, pixels] of pictures.entries()) {
      const target = room.subarray(i * bytes, (i + 1) * bytes);
      if (typeof pixels === "number") readBytes(shelf as number, target, pixels);
      else target.set(pixels);
    }
    return { features: await open.embed(room, pictures.length) };
  },
};

export type EmbedHandlers = typeof handlers;
serve(handlers);
