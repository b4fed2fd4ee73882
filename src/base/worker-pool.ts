import type { Transferable } from "node:worker_threads";
import { type Argument, type Handlers, type Result, WorkerThread } from "#base/worker-thread.ts";

/** Several worker threads of one kind: each call goes to one that is idle, in the order of the calls. */
export class WorkerPool<H extends Handlers> {
  readonly #workers: WorkerThread<H>[];
  readonly #idle: WorkerThread<H>[];
  readonly #waiting: ((worker: WorkerThread<H>) => void)[] = [];

  /** @param module URL of the `.ts` module that calls `serve` */
  constructor(module: URL, size: number) {
    this.#workers = Array.from({ length: size }, () => new WorkerThread<H>(module));
    this.#idle = [...this.#workers];
  }

  get size(): number {
    return this.#workers.length;
  }

  async call<Name extends keyof H & string>(
    name: Name,
    argument: Argument<H, Name>,
    transfer: Transferable[] = [],
  ): Promise<Result<H, Name>> {
    const worker = this.#idle.pop() ?? (await new Promise<WorkerThread<H>>((resolve) => this.#waiting.push(resolve)));
    try {
      return await worker.call(name, argument, transfer);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(worker);
      else this.#idle.push(worker);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }
}
