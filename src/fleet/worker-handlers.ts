import type { FleetPlan, TaskHandlers } from "#fleet/fleet-plan.ts";
import type { FleetStorage } from "#fleet/fleet-storage.ts";

/** What this machine can do for a run. */
export async function openWorkerHandlers(_plan: FleetPlan, _storage: FleetStorage): Promise<TaskHandlers> {
  const refuse = async () => {
    throw new Error("This worker has no handlers yet");
  };
  return { tasks: { embed: refuse, compare: refuse }, close: async () => undefined };
}
