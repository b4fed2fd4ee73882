import { serve } from "#base/worker-thread.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { FeatureModel } from "#features/feature-model.ts";
import type { Device } from "#onnx/session.ts";

let model: FeatureModel;

const handlers = {
  async open({ file, preset, device }: { file: string; preset: ModelPreset; device: Device }) {
    model = await FeatureModel.open(file, preset, device);
    return { batch: model.batch, dim: model.dim };
  },
  async embed({ pixels }: { pixels: Uint8Array }) {
    return { features: await model.embed(pixels) };
  },
};

export type EmbedHandlers = typeof handlers;
serve(handlers);
