import { PipelineError } from "#base/pipeline-error.ts";
import { resultKey, type TaskKind, type TaskQueue, taskName } from "#fleet/fleet-plan.ts";
import type { FleetStorage } from "#fleet/storage/fleet-storage.ts";

/** A task that failed as often as it may. */
interface SetAside {
  /** For a person: what it was about. */
  readonly what: string;
  readonly reason: string;
  readonly tries: number;
}

/** A task whose result lies in storage. */
export interface FinishedTask {
  /** Reads the result; the task is done once more where what lies there is damaged. */
  read<Result>(unpack: (bytes: Uint8Array, what: string) => Result): Promise<Result>;
  /** Nobody needs the result any more, nor does a run that goes on after this one was killed. */
  forget(): Promise<void>;
}

/** So many are named where tasks failed. */
const NAMED = 10;

/** Where so many fail before a single one is done, all will. */
const HOPELESS = 10;

/** The tasks of a run, by the hashes of what they ask for, and what became of them. */
export class FleetTasks {
  readonly #queue: TaskQueue;
  readonly #storage: FleetStorage;
  readonly #space: string;
  readonly #setAside: SetAside[] = [];
  #isAnyDone = false;

  constructor(queue: TaskQueue, storage: FleetStorage, space: string) {
    [this.#queue, this.#storage, this.#space] = [queue, storage, space];
  }

  /**
   * Has a task done by whoever takes it.
   *
   * @param specification JSON; all that the result hangs on
   * @param what the task is about, for a person
   * @returns undefined where it is set aside
   * @throws PipelineError `input` where none was done before many were set aside
   */
  async run(kind: TaskKind, specification: unknown, what: string): Promise<FinishedTask | undefined> {
    const bytes = Buffer.from(JSON.stringify(specification));
    const name = taskName(kind, bytes);
    const outcome = await this.#queue.run(kind, name, bytes);
    if (!outcome.isDone) {
      this.#setAside.push({ what, reason: outcome.reason, tries: outcome.tries });
      if (!this.#isAnyDone && this.#setAside.length >= HOPELESS) this.refuseSetAside();
      return undefined;
    }
    this.#isAnyDone = true;
    return {
      forget: () => this.#storage.remove([resultKey(this.#space, name)]),
      read: async (unpack) => {
        try {
          return await this.#read(name, unpack);
        } catch (error) {
          if (!(error instanceof PipelineError) || error.kind !== "artifact") throw error;
          await this.#storage.remove([resultKey(this.#space, name)]);
          await this.#queue.run(kind, name, bytes);
          return await this.#read(name, unpack);
        }
      },
    };
  }

  async #read<Result>(name: string, unpack: (bytes: Uint8Array, what: string) => Result): Promise<Result> {
    const key = resultKey(this.#space, name);
    const bytes = await this.#storage.read(key);
    if (bytes) return unpack(bytes, `"${key}" in ${this.#storage.name}`);
    throw new PipelineError("artifact", `Expected the result "${key}" in ${this.#storage.name}, found none: run again`);
  }

  /**
   * To be called once all others are done.
   *
   * @throws PipelineError `input` that names the tasks that were set aside
   */
  refuseSetAside(): void {
    const all = this.#setAside;
    if (all.length === 0) return;
    const lines = all.slice(0, NAMED).map(({ what, reason, tries }) => `${what}, tried ${tries} times: ${reason}`);
    if (all.length > NAMED) lines.push(`and ${all.length - NAMED} more`);
    const count = all.length === 1 ? "A task was" : `${all.length} tasks were`;
    throw new PipelineError(
      "input",
      `${count} set aside, and reports would not be whole without: ${lines.join("; ")}. All others are done and kept: run again, which tries only these anew`,
    );
  }
}
