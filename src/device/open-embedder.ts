import type { ByteShelf } from "#base/byte-shelf.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { DeviceEmbedder, type PictureEmbedder } from "#device/device-embedder.ts";
import type { RunDevice } from "#device/run-device.ts";
import { Embedder } from "#features/embedder.ts";

/** The CPU embeds so many pictures in the seconds that a device needs to start. */
const DEVICE_FROM_PICTURES = 1000;

/** Pictures that a device is given at once: fewer leave much of it idle, more only take memory. */
const DEVICE_BATCH = 64;

interface ExpectedPictures {
  /** Processors to compute on. */
  readonly processors: number;
  /** Pictures to come, about. */
  readonly expected: number;
  /** Where their pixels lie, if not at hand. */
  readonly shelf?: ByteShelf;
  /** Of a feature, where it is known. */
  readonly dim?: number;
}

/**
 * Opens a model where a run computes.
 *
 * @throws PipelineError `input` when the file is no model, or does not fit the preset
 */
export async function openEmbedder(
  run: RunDevice,
  { file, preset }: { readonly file: string; readonly preset: ModelPreset },
  { processors, expected, shelf, dim }: ExpectedPictures,
): Promise<PictureEmbedder> {
  const openCpu = () =>
    Embedder.open(file, preset, {
      ...{ device: "cpu", processors, expected },
      ...(shelf ? { shelf } : {}),
      ...(dim === undefined ? {} : { dim }),
    });
  const device = run.isNamed || expected >= DEVICE_FROM_PICTURES ? await run.open() : undefined;
  if (!device?.isThere) return openCpu();
  const where = { device: device.name, shelf: pathOf(shelf) };
  const model = { ...where, file, preset: { ...preset, batch: deviceBatch(expected) } };
  let reason: string;
  try {
    const opened = await device.call("openModel", model);
    if (opened) return new DeviceEmbedder(device, model, opened.answer, { openCpu, run, shelf });
    reason = "it is gone";
  } catch (error) {
    reason = messageOf(error);
  }
  // a model that is at fault itself says so here
  const embedder = await openCpu();
  run.tellFailure(`The model runs on the CPU: ${device.name} cannot run it (${reason})`);
  return embedder;
}

/** Where another process of the same user finds the shelf; undefined where the system names no files of a process. */
function pathOf(shelf: ByteShelf | undefined): string | undefined {
  return shelf && process.platform === "linux" ? `/proc/${process.pid}/fd/${shelf.file}` : undefined;
}

/** A batch is filled up to its full length, which is a waste where few pictures come. */
function deviceBatch(expected: number): number {
  return Math.min(DEVICE_BATCH, 2 ** Math.ceil(Math.log2(Math.max(1, expected))));
}
