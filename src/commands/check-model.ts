import { existsSync } from "node:fs";
import { hashFile } from "#base/hash-file.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { type FeatureCandidate, featureCandidates } from "#features/feature-candidates.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { fitPreset } from "#features/preset-fit.ts";
import { suggestPreset } from "#features/suggest-preset.ts";
import type { OnnxFile } from "#onnx/onnx-file.ts";
import { readOnnxFile } from "#onnx/read-onnx-file.ts";
import { weightPaths } from "#onnx/weight-files.ts";
import { allPresets, findPreset } from "#settings/find-model.ts";
import type { Settings } from "#settings/settings.ts";

export interface CheckOptions {
  /** A preset to try instead of the one that is found. */
  readonly preset?: string;
  /** A tensor to try as the feature. */
  readonly outputTensor?: string;
  readonly pool?: NonNullable<ModelPreset["pool"]>;
}

/** What is known of a model's file. */
export interface ModelCheck {
  readonly file: OnnxFile;
  readonly sha256: string;
  /** The preset that is for it, and what it was found by. */
  readonly preset: ModelPreset | undefined;
  readonly by: "name" | "sha256" | "file name" | undefined;
  /** Presets whose names and shapes it has, the one above left out. */
  readonly fitting: readonly string[];
  /** Of a file without a preset. */
  readonly candidates: readonly FeatureCandidate[];
  readonly suggestion: ModelPreset | undefined;
  /** What a run gave, by the preset or else by the suggestion. */
  readonly run: ModelRun | undefined;
  /** Why it could not be run. */
  readonly problem: PipelineError | undefined;
}

export interface ModelRun {
  readonly output: string;
  readonly pool: ModelPreset["pool"];
  readonly dim: number;
  readonly batch: number;
  readonly millisecondsEach: number;
}

const TIMED_RUNS = 3;

/**
 * Finds out what an ONNX file is, which preset it has, and what a run by it gives.
 *
 * @throws PipelineError when it is no ONNX file, or has weights that cannot be used; what goes wrong in a run is `problem`
 */
export async function checkModel(path: string, settings: Settings, options: CheckOptions): Promise<ModelCheck> {
  if (!existsSync(path)) throw new PipelineError("settings", `Found no model file "${path}"`);
  const file = readOnnxFile(path);
  weightPaths(file);
  const found = findPreset(path, { ...settings, preset: options.preset ?? settings.preset });
  const sha256 = found?.sha256 ?? (await hashFile(path)).sha256;
  const presets = allPresets(settings.presets).filter(({ name }) => name !== found?.preset.name);
  const fitting = presets.filter((preset) => !("expected" in fitPreset(file, preset))).map(({ name }) => name);
  const candidates = found ? [] : featureCandidates(file);
  const wanted = options.outputTensor === undefined ? candidates[0] : asCandidate(options.outputTensor, options.pool);
  const suggestion = found || !wanted ? undefined : suggestPreset(file, sha256, wanted);
  const known = { file, sha256, preset: found?.preset, by: found?.by, fitting, candidates, suggestion };
  const preset = found?.preset ?? suggestion;
  if (!preset) return { ...known, run: undefined, problem: undefined };
  try {
    return { ...known, run: await tryRun(path, preset, settings, options), problem: undefined };
  } catch (error) {
    const problem =
      error instanceof PipelineError ? error : new PipelineError("input", messageOf(error), { cause: error });
    return { ...known, run: undefined, problem };
  }
}

function asCandidate(tensor: string, pool: CheckOptions["pool"]): FeatureCandidate {
  return { tensor, pool, why: "named by you" };
}

/** A tensor that is named without a pool is taken as it is, or else averaged. */
async function tryRun(path: string, preset: ModelPreset, settings: Settings, options: CheckOptions): Promise<ModelRun> {
  const { pool: own, ...rest } = preset;
  const output = options.outputTensor ?? preset.output;
  const isOwn = output === preset.output && options.outputTensor === undefined;
  const pool = options.pool ?? (isOwn ? own : undefined);
  const asked = { ...rest, output, ...(pool === undefined ? {} : { pool }) };
  try {
    return await timedRun(path, asked, settings.device);
  } catch (error) {
    if (isOwn || pool !== undefined) throw error;
    return timedRun(path, { ...asked, pool: "mean" }, settings.device).catch(() => {
      throw error;
    });
  }
}

async function timedRun(path: string, preset: ModelPreset, device: Settings["device"]): Promise<ModelRun> {
  const model = await FeatureModel.open(path, preset, { device });
  const random = new SeededRandom(1);
  const length = model.batch * preset.width * preset.height * 3;
  const pixels = Uint8Array.from({ length }, () => random.integer(0, 256));
  const times: number[] = [];
  for (let run = 0; run < TIMED_RUNS; run++) {
    const start = performance.now();
    await model.embed(pixels);
    times.push(performance.now() - start);
  }
  const { output, pool } = preset;
  return { output, pool, dim: model.dim, batch: model.batch, millisecondsEach: Math.min(...times) / model.batch };
}
