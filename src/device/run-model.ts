import { fingerprint } from "#base/fingerprint.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import { type ModelPreset, preprocessingOf } from "#data/model-preset.ts";
import type { View } from "#data/view.ts";
import { DECODER_VERSION } from "#images/decode-image.ts";
import { identifyModel } from "#onnx/model-identity.ts";
import { chosenViews } from "#settings/chosen-views.ts";
import { type ChosenModel, findModel } from "#settings/find-model.ts";
import type { Settings } from "#settings/settings.ts";

/** A model as a run uses it. */
export interface RunModel {
  readonly file: string;
  readonly preset: ModelPreset;
  readonly views: readonly View[];
  readonly sha256: string;
  /** Of everything that decides the numbers of a feature. */
  readonly fingerprint: string;
}

/** @throws PipelineError `settings` for a model or preset that there is not */
export async function firstModel(settings: Settings): Promise<RunModel> {
  const found = findModel(settings);
  return runModel(found, chosenViews(settings, found.preset));
}

/**
 * The model beside the first. It sees pictures as they stand: what they show does not hang by their frame.
 *
 * @returns undefined where the settings name none
 * @throws PipelineError `settings` for a model or preset that there is not, or the first one again
 */
export async function secondModel(settings: Settings, first: RunModel): Promise<RunModel | undefined> {
  const { secondModel, secondPreset, presets } = settings;
  if (secondModel === null) return undefined;
  const second = await runModel(findModel({ model: secondModel, preset: secondPreset, presets }), []);
  if (second.sha256 === first.sha256 && second.preset.output === first.preset.output) {
    const found = `--second-model "${secondModel}" is the model "${first.preset.name}" itself`;
    throw new PipelineError("settings", `Expected another model than the first, found that ${found}: name another one`);
  }
  return second;
}

async function runModel({ file, preset, sha256: known }: ChosenModel, views: readonly View[]): Promise<RunModel> {
  const { sha256, identity } = await identifyModel(file, known);
  return {
    ...{ file, preset, views, sha256 },
    fingerprint: fingerprint({
      sha256: identity,
      preprocessing: preprocessingOf(preset),
      views,
      decoder: DECODER_VERSION,
    }),
  };
}
