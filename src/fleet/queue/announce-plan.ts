import type { Redis } from "ioredis";
import { type FleetPlan, planKey } from "#fleet/fleet-plan.ts";
import { announceRun, withdrawRun } from "#fleet/queue/announcements.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";

/** Puts a plan where workers look for it: in storage, and in Redis for two minutes. */
export async function announcePlan(client: Redis, plan: FleetPlan, storage: FleetStorage): Promise<void> {
  await endPreviousRun(client, plan, storage);
  // the storage leaves what is there as it is
  await storage.remove([planKey(plan.space)]);
  await storage.write(planKey(plan.space), Buffer.from(JSON.stringify(plan)));
  await announceRun(client, plan);
}

/** A planner that was killed announced its run for two minutes more: workers are not to miss its plan in storage. */
async function endPreviousRun(client: Redis, plan: FleetPlan, storage: FleetStorage): Promise<void> {
  const bytes = await storage.read(planKey(plan.space));
  if (!bytes) return;
  try {
    const { run } = JSON.parse(Buffer.from(bytes).toString()) as FleetPlan;
    await withdrawRun(client, String(run));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}
