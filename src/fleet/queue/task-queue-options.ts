import type { FleetPlan, TaskKind } from "#fleet/fleet-plan.ts";
import type { FleetRedis } from "#fleet/queue/redis-connection.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";

export interface TaskQueueOptions {
  /** Stays open when the queue is closed. */
  readonly redis: FleetRedis;
  readonly plan: FleetPlan;
  /** Stays open when the queue is closed. */
  readonly storage: FleetStorage;
  /** Tasks in Redis at once. */
  readonly window?: number;
  readonly tries?: number;
  /** Of a worker that says nothing for so long the task is taken back; the same on all machines. */
  readonly leaseSeconds?: number;
  /** A line for the person who runs it. */
  readonly tell: (line: string) => void;
  readonly onDone?: (task: DoneTask) => void;
  /** Shorter in tests. */
  readonly lookMilliseconds?: number;
  readonly backOffMilliseconds?: number;
}

interface DoneTask {
  readonly kind: TaskKind;
  readonly name: string;
  /** What computing took, where a worker told it. */
  readonly seconds: number | undefined;
  readonly host: string | undefined;
}
