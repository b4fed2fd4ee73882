import { closeSync, openSync } from "node:fs";
import { PipelineError } from "#base/pipeline-error.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { featureDrift } from "#features/feature-drift.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { fillBatch, type PixelPlace } from "#features/pixel-batch.ts";
import type { Device } from "#onnx/session.ts";

/** A model as a device is to open it; `preset.batch` is how many pictures it is given at once. */
export interface DeviceModel {
  readonly device: Device;
  readonly file: string;
  readonly preset: ModelPreset;
  /** Path of the shelf that pixels lie on. */
  readonly shelf: string | undefined;
}

/** What a device has opened. */
export interface OpenedModel {
  readonly batch: number;
  readonly dim: number;
  /** Whether its process reads pixels by their place on the shelf; else they have to be sent there. */
  readonly readsShelf: boolean;
}

/**
 * Features of a device may lie so far from those of the CPU, as a share of their length: half precision stays below, a driver that computes
 * wrongly does not.
 */
const MOST_DRIFT = 0.005;

interface Entry {
  readonly model: FeatureModel;
  /** As it was asked for. */
  readonly batch: number;
}

/** Models that are open: of a run with two, both. */
const entries = new Map<string, Entry>();

/** The files of their shelves; undefined where the system does not let one process see those of another. */
const shelves = new Map<string, number | undefined>();

/** Pixels of a batch; one for all calls. */
let room = new Uint8Array(0);

/** What a device's thread answers about models. */
export const embedHandlers = {
  /** @throws PipelineError `input` when the model cannot be opened there, or its features are not those of the CPU */
  async openModel(asked: DeviceModel): Promise<OpenedModel> {
    const { model } = await open(asked);
    await refuseDrift(model, asked);
    return { batch: model.batch, dim: model.dim, readsShelf: openShelf(asked) !== undefined };
  },
  /** Another batch than before opens the model anew. */
  async embed({ place, pictures }: { place: DeviceModel; pictures: readonly PixelPlace[] }) {
    const known = entries.get(keyOf(place));
    const { model } = known?.batch === place.preset.batch ? known : await open(place);
    const shelf = shelves.get(keyOf(place));
    const { width, height } = place.preset;
    const bytes = 3 * width * height;
    if (room.length !== model.batch * bytes) room = new Uint8Array(model.batch * bytes);
    fillBatch(room, pictures, { pictureBytes: bytes, shelf });
    return { features: await model.embed(room, pictures.length) };
  },
};

function keyOf({ file, preset }: DeviceModel): string {
  return JSON.stringify([file, { ...preset, batch: undefined }]);
}

async function open(asked: DeviceModel): Promise<Entry> {
  const key = keyOf(asked);
  const before = entries.get(key);
  entries.delete(key);
  await before?.model.close();
  const { device, file, preset } = asked;
  const entry = { model: await FeatureModel.open(file, preset, { device }), batch: preset.batch };
  entries.set(key, entry);
  return entry;
}

/** Anew for each opened model: a path may by now be that of another shelf. */
function openShelf(asked: DeviceModel): number | undefined {
  const before = shelves.get(keyOf(asked));
  if (before !== undefined) closeSync(before);
  let file: number | undefined;
  try {
    file = asked.shelf === undefined ? undefined : openSync(asked.shelf, "r");
  } catch {
    // pixels are sent then
  }
  shelves.set(keyOf(asked), file);
  return file;
}

async function refuseDrift(model: FeatureModel, { device, file, preset }: DeviceModel): Promise<void> {
  const onCpu = await FeatureModel.open(file, { ...preset, batch: 2 }, { device: "cpu" });
  try {
    const drift = await featureDrift(model, onCpu, preset);
    // NaN is not below it
    if (drift <= MOST_DRIFT) return;
    const found = `found features that differ from the CPU's by ${drift.toPrecision(2)} of their length`;
    throw new PipelineError("input", `${found} with "${file}" on device "${device}", expected ${MOST_DRIFT} at most`);
  } finally {
    await onCpu.close();
  }
}
