import { resolve } from "node:path";
import type { FleetPlan } from "#fleet/fleet-plan.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";
import { openStorage, storageAddress } from "#fleet/storage/open-storage.ts";
import { memoryLimit } from "#settings/memory-limit.ts";
import type { Settings } from "#settings/settings.ts";

/**
 * The storage of a run, as this machine reaches it: where the run says, unless this machine's settings say otherwise.
 *
 * @throws PipelineError where it cannot be used, or holds no run
 */
export function openWorkerStorage({ storage: told, space }: FleetPlan, settings: Settings): Promise<FleetStorage> {
  const { storage, endpoint, region } = settings.fleet;
  const here =
    told.kind === "s3" ? { ...told, endpoint: endpoint ?? told.endpoint, region: region ?? told.region } : told;
  const address = storage === null ? here : storageAddress(storage, settings.fleet);
  // files of shards are read once into memory, where those that are needed again stay
  const cache = { folder: resolve(settings.output), maxBytes: memoryLimit(settings) };
  return openStorage(address, { space, cache, isJoined: true });
}
