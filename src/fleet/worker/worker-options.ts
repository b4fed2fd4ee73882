import type { TaskKind } from "#fleet/fleet-plan.ts";
import type { JobReturn } from "#fleet/queue/fleet-queues.ts";
import type { WorkerRunsOptions } from "#fleet/worker/worker-runs.ts";

export interface RunWorkerOptions extends WorkerRunsOptions {
  readonly versions: Readonly<Record<string, string>>;
  /** Tasks at once; none of a kind with 0. */
  readonly concurrency: Readonly<Record<TaskKind, number>>;
  /** The same on all machines. */
  readonly leaseSeconds: number;
  /** Without work for so long the worker ends; null: it waits for ever. */
  readonly idleSeconds: number | null;
  /** Takes no new tasks, and finishes what it has. */
  readonly stop: AbortSignal;
  /** Gives back what it has, at once. */
  readonly giveBack: AbortSignal;
  readonly onTask: (task: WorkedTask) => void;
  /** Shorter in tests. */
  readonly beatMilliseconds?: number;
  readonly restMilliseconds?: number;
}

export interface WorkedTask {
  readonly kind: TaskKind;
  readonly name: string;
  readonly seconds: number;
  readonly outcome: JobReturn["outcome"] | "failed" | "given-back";
  /** Why it failed. */
  readonly reason?: string;
}

export type WorkerEnd = "stopped" | "idle" | "given-back";
