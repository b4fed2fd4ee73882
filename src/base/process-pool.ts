import pLimit from "p-limit";
import type { CallLimits } from "#base/call-watch.ts";
import { ChildProcess, type ProcessOptions } from "#base/child-process.ts";
import { ProcessEnded } from "#base/process-ended.ts";
import type { Argument, Handlers, Result } from "#base/worker-thread.ts";

/**
 * Several child processes of one kind: each call goes to one that is idle, in the order of the calls. Processes start when they are
 * first needed, and anew in the place of those that ended.
 */
export class ProcessPool<H extends Handlers> {
  readonly #module: URL;
  readonly #limits: CallLimits;
  readonly #options: ProcessOptions;
  readonly #turn: ReturnType<typeof pLimit>;
  readonly #processes = new Set<ChildProcess<H>>();
  readonly #idle: ChildProcess<H>[] = [];
  #isClosed = false;

  /**
   * @param module URL of the module that calls `serveProcess`
   * @param size how many processes there are at most
   * @param limits of each call
   * @param options of each process
   */
  constructor(module: URL, size: number, limits: CallLimits, options: ProcessOptions = {}) {
    this.#module = module;
    this.#options = options;
    this.#limits = limits;
    this.#turn = pLimit(size);
  }

  /**
   * @param fresh in a process that had no call before
   * @throws ProcessEnded when the process ended before it answered; other calls are not affected
   */
  call<Name extends keyof H & string>(
    name: Name,
    argument: Argument<H, Name>,
    { fresh = false } = {},
  ): Promise<Result<H, Name>> {
    const calling = async (): Promise<Result<H, Name>> => {
      const process = await this.#next(fresh);
      try {
        return await process.call(name, argument, this.#limits);
      } finally {
        if (process.isAlive) this.#idle.push(process);
        else this.#processes.delete(process);
      }
    };
    return this.#turn(calling) as ReturnType<typeof calling>;
  }

  async #next(fresh: boolean): Promise<ChildProcess<H>> {
    if (this.#isClosed) throw new ProcessEnded("closed");
    for (let process = this.#idle.pop(); process; process = this.#idle.pop()) {
      if (process.isAlive && !fresh) return process;
      this.#processes.delete(process);
      if (!process.isAlive) continue;
      await process.close();
      break;
    }
    const started = new ChildProcess<H>(this.#module, this.#options);
    this.#processes.add(started);
    return started;
  }

  /** Kills all processes at once; calls under way and to come fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#processes].map((process) => process.close()));
  }
}
