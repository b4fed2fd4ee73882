import { sha256 } from "#base/fingerprint.ts";
import { PipelineError } from "#base/pipeline-error.ts";
import type { StorageAddress } from "#fleet/storage/fleet-storage.ts";

export type TaskKind = "embed" | "compare";

/** What a run tells the workers that join it. It is announced in Redis, and lies in storage under `planKey`. */
export interface FleetPlan {
  /** No two runs have the same. */
  readonly run: string;
  /** For a person: the machine that plans. */
  readonly host: string;
  /** ISO 8601. */
  readonly started: string;
  readonly storage: StorageAddress;
  /** Before the keys of all tasks and results of this output folder, ends with "/". */
  readonly space: string;
  /** What has to be the same on all machines, by name: a worker with another value of any of them refuses the run. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Of the kind and of the hash of all that is asked for. */
export const taskName = (kind: TaskKind, specification: Uint8Array) =>
  `${kind}-${sha256(Buffer.concat([Buffer.from(`${kind}\n`), specification]))}`;

export const planKey = (space: string) => `${space}plan.json`;
export const taskKey = (space: string, name: string) => `${space}tasks/${name}`;
export const resultKey = (space: string, name: string) => `${space}results/${name}`;

/** What became of a task. */
export type TaskOutcome =
  /** Its result lies in storage. */
  | { readonly isDone: true }
  /** It failed as often as it may. */
  | { readonly isDone: false; readonly reason: string; readonly tries: number };

/** Tasks on their way to workers. */
export interface TaskQueue {
  /**
   * Has a task done, unless its result is there already. Tasks are dealt in the order of these calls. What is asked for goes to storage, not to Redis.
   *
   * @param name of the kind and of the hash of `specification`: same inputs, same name
   */
  run(kind: TaskKind, name: string, specification: Uint8Array): Promise<TaskOutcome>;
  close(): Promise<void>;
}

/** What a worker can do for one run. */
export interface TaskHandlers {
  /**
   * @param specification as given to `TaskQueue.run`
   * @returns the result, as it is to lie in storage
   * @throws WorkerUnfit where the machine is at fault, not the task
   */
  readonly tasks: Readonly<Record<TaskKind, (specification: Uint8Array) => Promise<Uint8Array>>>;
  close(): Promise<void>;
}

/** This machine cannot do what others may: its disk is full, a folder is not mounted. The task is given back, and does not count as tried. */
export class WorkerUnfit extends PipelineError {
  constructor(message: string, options?: ErrorOptions) {
    super("input", message, options);
  }
}
