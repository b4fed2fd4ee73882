import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { hashFileSync } from "#base/hash-file.ts";
import { didYouMean } from "#base/nearest-name.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { checkSchema } from "#settings/check-schema.ts";
import type { PresetFile, Settings } from "#settings/settings.ts";

const PRESETS_FOLDER = fileURLToPath(new URL("../../config/presets/", import.meta.url));

/** An ONNX file and how to use it. */
export interface ChosenModel {
  readonly file: string;
  readonly preset: ModelPreset;
  /** Of the file, where it was needed to find the preset. */
  readonly sha256?: string;
}

/** The preset of a file, and what it was found by. */
interface FoundPreset {
  readonly preset: ModelPreset;
  readonly by: "name" | "sha256" | "file name";
  readonly sha256?: string;
}

/**
 * Finds the model that the settings name: a preset with a file of its own, or an ONNX file with the preset that is given, or else the one
 * that lists the file's SHA-256, or else the one that lists its name. Presets of the settings come before those of the program.
 *
 * @throws PipelineError `settings` for an unknown name, a missing file, or a file that no preset is for
 */
export function findModel(settings: Pick<Settings, "model" | "preset" | "presets">): ChosenModel {
  const { model, preset: presetName, presets } = settings;
  const known = knownPresets(presets);
  const names = [...known.keys()];
  if (presetName !== null && !known.has(presetName)) throw noPreset(presetName, names);
  const isFile = model.endsWith(".onnx") || existsSync(model);
  if (!isFile) return ownFile(model, known.get(model), names);
  if (!existsSync(model)) throw new PipelineError("settings", `Found no model file "${model}"`);
  const found = findPreset(model, settings);
  if (!found) {
    const advice = `name one as "preset" in the config file (${names.join(", ")}), or add your own under "presets"; npm run model -- check "${model}" proposes one`;
    throw new PipelineError("settings", `Found no preset for the model file "${model}": ${advice}`);
  }
  const { preset, sha256 } = found;
  return { file: model, preset, ...(sha256 === undefined ? {} : { sha256 }) };
}

/**
 * Finds the preset of an ONNX file. The file is read only where a preset lists a SHA-256.
 *
 * @throws PipelineError `settings` when the settings name a preset that is unknown
 */
export function findPreset(
  file: string,
  { preset, presets }: Pick<Settings, "preset" | "presets">,
): FoundPreset | undefined {
  if (preset !== null) {
    const known = knownPresets(presets);
    const named = known.get(preset);
    if (!named) throw noPreset(preset, [...known.keys()]);
    return { preset: toPreset(preset, named), by: "name" };
  }
  let sha256: string | undefined;
  const hasHash = (of: PresetFile): boolean => {
    if (!of.sha256?.length) return false;
    sha256 ??= hashFileSync(file).sha256;
    return of.sha256.includes(sha256);
  };
  const hasName = ({ files }: PresetFile) => files?.includes(basename(file)) ?? false;
  for (const group of [Object.entries(presets), shippedPresets()]) {
    for (const [by, isFor] of [["sha256", hasHash] as const, ["file name", hasName] as const]) {
      const found = group.find(([, content]) => isFor(content));
      if (found) return { preset: toPreset(...found), by, ...(sha256 === undefined ? {} : { sha256 }) };
    }
  }
  return undefined;
}

/** All presets, those of the program first; the settings' own ones take the place of those of the same name. */
export function allPresets(presets: Settings["presets"]): ModelPreset[] {
  return [...knownPresets(presets)].map(([name, content]) => toPreset(name, content));
}

function knownPresets(presets: Settings["presets"]): Map<string, PresetFile> {
  return new Map([...shippedPresets(), ...Object.entries(presets)]);
}

function noPreset(name: string, known: readonly string[]): PipelineError {
  return new PipelineError("settings", `Found no preset "${name}"${didYouMean(name, known)}`);
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
