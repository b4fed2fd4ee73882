import type { Redis } from "ioredis";
import type { FleetPlan } from "#fleet/fleet-plan.ts";
import { FLEET_PREFIX } from "#fleet/queue/fleet-queues.ts";

/** A run, or a worker, that says nothing for so long is over. */
const RUN_LASTS_S = 120;
const WORKER_LASTS_S = 30;
const KEYS_A_LOOK = 1000;

/** What a worker tells of itself. */
export interface WorkerNotice {
  readonly host: string;
  readonly pid: number;
  readonly versions: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly started: string;
}

const runKey = (run: string) => `${FLEET_PREFIX}:run:${run}`;
const workerKey = (id: string) => `${FLEET_PREFIX}:worker:${id}`;

/** Holds for two minutes: to be repeated. */
export async function announceRun(client: Redis, plan: FleetPlan): Promise<void> {
  await client.set(runKey(plan.run), JSON.stringify(plan), "EX", RUN_LASTS_S);
}

/** Holds for half a minute: to be repeated. */
export async function announceWorker(client: Redis, id: string, notice: WorkerNotice): Promise<void> {
  await client.set(workerKey(id), JSON.stringify(notice), "EX", WORKER_LASTS_S);
}

export async function withdrawRun(client: Redis, run: string): Promise<void> {
  await client.del(runKey(run));
}

export async function withdrawWorker(client: Redis, id: string): Promise<void> {
  await client.del(workerKey(id));
}

/** @returns undefined where the run is over */
export async function announcedRun(client: Redis, run: string): Promise<FleetPlan | undefined> {
  const text = await client.get(runKey(run));
  return text === null ? undefined : parsed<FleetPlan>(text);
}

export function announcedRuns(client: Redis): Promise<FleetPlan[]> {
  return announced<FleetPlan>(client, runKey("*"));
}

export function announcedWorkers(client: Redis): Promise<WorkerNotice[]> {
  return announced<WorkerNotice>(client, workerKey("*"));
}

async function announced<Notice extends { readonly versions: unknown }>(
  client: Redis,
  pattern: string,
): Promise<Notice[]> {
  const keys = new Set<string>();
  let cursor = "0";
  do {
    const [next, found] = await client.scan(cursor, "MATCH", pattern, "COUNT", KEYS_A_LOOK);
    for (const key of found) keys.add(key);
    cursor = next;
  } while (cursor !== "0");
  if (keys.size === 0) return [];
  const texts = await client.mget(...keys);
  return texts.flatMap((text) => (text === null ? [] : (parsed<Notice>(text) ?? [])));
}

/** @returns undefined where somebody else wrote the key */
function parsed<Notice extends { readonly versions: unknown }>(text: string): Notice | undefined {
  try {
    const notice = JSON.parse(text) as Notice | null;
    return typeof notice?.versions === "object" && notice.versions !== null ? notice : undefined;
  } catch {
    return undefined;
  }
}
