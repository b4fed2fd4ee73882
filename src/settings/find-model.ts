import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PipelineError } from "#base/pipeline-error.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { checkSchema } from "#settings/check-schema.ts";
import { didYouMean } from "#settings/nearest-name.ts";
import type { PresetFile, Settings } from "#settings/settings.ts";

const PRESETS_FOLDER = fileURLToPath(new URL("../../config/presets/", import.meta.url));

/** An ONNX file and how to use it. */
export interface ChosenModel {
  readonly file: string;
  readonly preset: ModelPreset;
}

/**
 * Finds the model that the settings name: a preset with a file of its own, or an ONNX file with the preset that is given, or
 * else the one that lists the file's name.
 *
 * @throws PipelineError `settings` for an unknown name, a missing file, or a file that no preset is for
 */
export function findModel({ model, preset, presets }: Pick<Settings, "model" | "preset" | "presets">): ChosenModel {
  const known = new Map([...shippedPresets(), ...Object.entries(presets)]);
  const names = [...known.keys()];
  const named = known.get(preset ?? model);
  if (preset !== null && !named) {
    throw new PipelineError("settings", `Found no preset "${preset}"${didYouMean(preset, names)}`);
  }
  const isFile = model.endsWith(".onnx") || existsSync(model);
  if (!isFile) return ownFile(model, known.get(model), names);
  if (!existsSync(model)) throw new PipelineError("settings", `Found no model file "${model}"`);
  const [name, found] =
    preset !== null && named
      ? [preset, named]
      : ([...known].find(([, { files }]) => files?.includes(basename(model))) ?? [undefined, undefined]);
  if (name === undefined) {
    const advice = `name one as "preset" in the config file (${names.join(", ")}), or add your own under "presets"`;
    throw new PipelineError("settings", `Found no preset for the model file "${model}": ${advice}`);
  }
  return { file: model, preset: toPreset(name, found) };
}

function ownFile(name: string, preset: PresetFile | undefined, names: readonly string[]): ChosenModel {
  if (!preset) {
    throw new PipelineError(
      "settings",
      `Found no model named "${name}"${didYouMean(name, names)}; a file ends in .onnx`,
    );
  }
  if (preset.file === undefined) {
    throw new PipelineError("settings", `Preset "${name}" comes without a model file: give yours as --model FILE.onnx`);
  }
  return { file: resolve(PRESETS_FOLDER, preset.file), preset: toPreset(name, preset) };
}

function toPreset(name: string, { file: _, ...preset }: PresetFile): ModelPreset {
  return { ...preset, name, about: preset.about ?? "", files: preset.files ?? [] };
}

function shippedPresets(): [string, PresetFile][] {
  const files = readdirSync(PRESETS_FOLDER).filter((name) => name.endsWith(".json"));
  return files.sort().map((name) => {
    const content = JSON.parse(readFileSync(resolve(PRESETS_FOLDER, name), "utf8"));
    checkSchema("preset", content, `config/presets/${name}`);
    return [name.replace(/\.json$/, ""), content];
  });
}
