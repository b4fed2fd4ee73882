import { fork, type ChildProcess as NodeProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type CallLimits, CallWatch } from "#base/call-watch.ts";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import { ProcessEnded, type ProcessEnding } from "#base/process-ended.ts";
import type { ProcessReply } from "#base/serve-process.ts";
import type { Argument, Handlers, Result } from "#base/worker-thread.ts";

const ENTRY = fileURLToPath(new URL("./process-entry.mjs", import.meta.url));
/** A process that is not ready by then never will be. */
const START_SECONDS = 60;
/** What is kept of stderr, in characters. */
const KEPT_STDERR = 2000;
/** A process that waits for a disk that does not answer ends only when it does: nobody waits for that. */
const EXIT_MS = 1000;

export interface ProcessOptions {
  /** A file that the process has open too, as `INHERITED_FILE`. */
  readonly inherited?: number | undefined;
  /** Variables of its environment, where this process has none of that name. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Call {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly watch: CallWatch;
}

/**
 * A process of its own that answers calls, one at a time: for native code that a hostile file may crash, hang or fill with memory.
 * When the parent ends, however it does, the child ends itself as soon as its event loop runs; long work in a child belongs in other
 * threads of it.
 */
export class ChildProcess<H extends Handlers> {
  readonly #process: NodeProcess;
  readonly #ready: Promise<void>;
  readonly #exited: Promise<void>;
  #call: Call | undefined;
  #answered = 0;
  #stderr = "";
  #ended: ProcessEnded | undefined;
  #stopWaiting: (error?: Error) => void = () => undefined;

  /** @param module URL of the module that calls `serveProcess` */
  constructor(module: URL, { inherited, env = {} }: ProcessOptions = {}) {
    // the parent's flags, such as loaders, are not for the child
    this.#process = fork(ENTRY, [module.href], {
      serialization: "advanced",
      execArgv: [],
      env: { ...env, ...process.env },
      stdio: ["ignore", "ignore", "pipe", "ipc", ...(inherited === undefined ? [] : [inherited])],
    });
    this.#process.stderr?.on("data", (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-KEPT_STDERR);
    });
    this.#process.on("message", (reply: ProcessReply) => this.#settle(reply));
    this.#process.on("error", (error) => this.#end("crash", messageOf(error)));
    this.#exited = new Promise((resolve) => {
      // nobody listens any more to what a process says that was ended on purpose
      this.#process.on("exit", () => {
        if (this.#ended) resolve();
      });
      // not "exit" for others: what was said on stderr comes after it
      this.#process.on("close", (code, signal) => {
        this.#end("crash", signal ?? `exit code ${code}`);
        resolve();
      });
    });
    this.#ready = new Promise((resolve, reject) => {
      this.#stopWaiting = (error) => (error ? reject(error) : resolve());
    });
    const late = setTimeout(() => this.#end("start", `not ready after ${START_SECONDS} s`), 1000 * START_SECONDS);
    this.#ready.catch(() => undefined).finally(() => clearTimeout(late));
  }

  get isAlive(): boolean {
    return this.#ended === undefined;
  }

  /**
   * @param limits the process is killed when the call passes one
   * @throws ProcessEnded when the process ended before it answered
   */
  async call<Name extends keyof H & string>(
    name: Name,
    argument: Argument<H, Name>,
    limits: CallLimits,
  ): Promise<Result<H, Name>> {
    await this.#ready;
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const watch = new CallWatch(this.#process.pid as number, limits, ({ limit, waited }) =>
        this.#end(limit, "", waited),
      );
      this.#call = { resolve: resolve as Call["resolve"], reject, watch };
      this.#process.send({ name, argument }, (error) => {
        if (error) this.#end("crash", messageOf(error));
      });
    });
  }

  /** Kills the process at once. */
  async close(): Promise<void> {
    this.#end("closed");
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, EXIT_MS);
    });
    await Promise.race([this.#exited, late]);
    clearTimeout(timer);
  }

  #settle({ value, error }: ProcessReply): void {
    this.#stopWaiting();
    const call = this.#call;
    if (!call) return;
    this.#call = undefined;
    this.#answered++;
    call.watch.stop();
    if (!error) call.resolve(value);
    else if (error.kind) call.reject(new PipelineError(error.kind, error.message));
    else call.reject(Object.assign(new Error(error.message), { stack: error.stack }));
  }

  #end(how: ProcessEnding, detail = "", waited = false): void {
    if (this.#ended) return;
    const isCrash = how === "crash";
    this.#ended = new ProcessEnded(how, { detail, waited, answered: this.#answered });
    const last = this.#stderr
      .trim()
      .split("\n")
      .filter((line) => line.includes("rror"))
      .at(-1);
    this.#stopWaiting(
      isCrash ? new ProcessEnded("start", { detail: last ? `${detail}: ${last}` : detail }) : this.#ended,
    );
    this.#call?.watch.stop();
    this.#call?.reject(this.#ended);
    this.#call = undefined;
    this.#process.kill("SIGKILL");
    if (this.#process.connected) this.#process.disconnect();
    this.#process.stderr?.destroy();
    this.#process.unref();
  }
}
