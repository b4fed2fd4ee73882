import { compareUtf8 } from "#base/compare-utf8.ts";
import { sha256 } from "#base/fingerprint.ts";
import type { TaskKind } from "#fleet/fleet-plan.ts";

/** Before all keys in Redis. */
export const FLEET_PREFIX = "twinsift";
export const TASK_KINDS: readonly TaskKind[] = ["embed", "compare"];

/** Why a job fails whose run is not announced: a planner that only slept deals it again. */
export const RUN_OVER = "the run is over";

/** What a job says: the task itself lies in storage. */
export interface JobData {
  readonly run: string;
  readonly space: string;
  readonly name: string;
}

/** What a worker says of a task that it did. */
export interface JobReturn {
  readonly seconds: number;
  readonly host: string;
  /** known: the result was there already. */
  readonly outcome: "done" | "known";
}

/**
 * The queue of a kind of tasks. Machines with other versions have other queues, so no task ever comes to one of them.
 *
 * @returns without ":", which BullMQ keeps for itself
 */
export function queueName(kind: TaskKind, versions: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(versions).sort(([a], [b]) => compareUtf8(a, b));
  const hash = sha256(JSON.stringify(sorted)).slice(0, 12);
  return `${kind}-${hash}`;
}
