import { resolve } from "node:path";
import { closeAll } from "#base/close-all.ts";
import { RunDevice } from "#device/run-device.ts";
import type { TaskHandlers } from "#fleet/fleet-plan.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { CompareHandler } from "#fleet/worker/compare-handler.ts";
import { EmbedHandler, processorsOf } from "#fleet/worker/embed-handler.ts";
import { Searcher } from "#search/searcher.ts";
import { memoryLimit } from "#settings/memory-limit.ts";
import type { Settings } from "#settings/settings.ts";

/** Shares of the memory limit: a block's vectors and their sketches stay for the next task. */
const VECTOR_SHARE = 0.4;
const SKETCH_SHARE = 0.3;

/**
 * What this machine can do for a run. Everything that takes long is done in threads and processes of its own.
 *
 * @param tell gets a line for a person where a device is taken, refused or lost
 */
export async function openWorkerHandlers(
  storage: FleetStorage,
  settings: Settings,
  tell: (line: string) => void,
): Promise<TaskHandlers> {
  const device = new RunDevice(settings.device, tell);
  const searcher = new Searcher(processorsOf(settings));
  const limit = memoryLimit(settings);
  const embed = new EmbedHandler({ storage, device, settings, folder: resolve(settings.output) });
  const bytes = { vectorBytes: VECTOR_SHARE * limit, sketchBytes: SKETCH_SHARE * limit };
  const compare = new CompareHandler({ storage, searcher, device, ...bytes });
  const parsed = (specification: Uint8Array) => JSON.parse(Buffer.from(specification).toString());
  return {
    tasks: {
      embed: async (specification) => embed.run(parsed(specification)),
      compare: async (specification) => compare.run(parsed(specification)),
    },
    close: () =>
      closeAll(
        () => embed.close(),
        () => searcher.close(),
        () => device.close(),
      ),
  };
}
