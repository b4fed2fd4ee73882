import type { Transferable } from "node:worker_threads";
import { type Argument, type Handlers, type Result, WorkerThread } from "#base/worker-thread.ts";

/**
 * Several worker threads of one kind: each call goes to one that is idle, in the order of the calls. Threads start when they are first
 * needed.
 */
export class WorkerPool<H extends Handlers> {
  readonly #module: URL;
  readonly #data: unknown;
  readonly #workers: WorkerThread<H>[] = [];
  readonly #idle: WorkerThread<H>[] = [];
  readonly #waiting: ((worker: WorkerThread<H>) => void)[] = [];

  /** How many there are at most. */
  readonly size: number;

  /**
   * @param module URL of the `.ts` module that calls `serve`
   * @param data what `threadData()` gives in each thread
   */
  constructor(module: URL, size: number, data?: unknown) {
    this.#module = module;
    this.#data = data;
    this.size = size;
  }

  async call<Name extends keyof H & string>(
    name: Name,
    argument: Argument<H, Name>,
    transfer: Transferable[] = [],
  ): Promise<Result<H, Name>> {
    const worker = this.#idle.pop() ?? this.#started() ?? (await this.#nextIdle());
    try {
      return await worker.call(name, argument, transfer);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(worker);
      else this.#idle.push(worker);
    }
  }

  /** Calls every thread, those included that have not started yet. */
  async callAll<Name extends keyof H & string>(name: Name, argument: Argument<H, Name>): Promise<void> {
    while (this.#workers.length < this.size) this.#idle.push(this.#started() as WorkerThread<H>);
    await Promise.all(this.#workers.map((worker) => worker.call(name, argument)));
  }

  #started(): WorkerThread<H> | undefined {
    if (this.#workers.length === this.size) return undefined;
    const worker = new WorkerThread<H>(this.#module, this.#data);
    this.#workers.push(worker);
    return worker;
  }

  #nextIdle(): Promise<WorkerThread<H>> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}
