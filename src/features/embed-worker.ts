import { serve } from "#base/worker-thread.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { FeatureModel } from "#features/feature-model.ts";
import type { SessionOptions } from "#onnx/session.ts";

/** The model that a thread opens with its first call. */
export interface ModelPlace {
  readonly file: string;
  readonly preset: ModelPreset;
  readonly where: SessionOptions;
}

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
  async embed({ place, pixels }: { place: ModelPlace; pixels: Uint8Array }) {
    return { features: await (await model(place)).embed(pixels) };
  },
};

export type EmbedHandlers = typeof handlers;
serve(handlers);
