import type { FleetPlan } from "#fleet/fleet-plan.ts";
import type { FleetStorage } from "#fleet/fleet-storage.ts";
import type { Settings } from "#settings/settings.ts";

/** The storage of a run, as this machine reaches it. */
export async function openWorkerStorage(plan: FleetPlan, _settings: Settings): Promise<FleetStorage> {
  throw new Error(`This worker has no storage yet for ${plan.storage.kind}`);
}
