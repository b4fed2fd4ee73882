import { isMainThread, parentPort, type Transferable, Worker, workerData } from "node:worker_threads";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/** What a worker module serves: named functions from one argument to one result. */
// biome-ignore lint/suspicious/noExplicitAny: each handler names its own argument and result
export type Handlers = Record<string, (argument: any) => Promise<unknown> | unknown>;
export type Argument<H extends Handlers, Name extends keyof H> = Parameters<H[Name]>[0];
export type Result<H extends Handlers, Name extends keyof H> = Awaited<ReturnType<H[Name]>>;

interface Reply {
  readonly call: number;
  readonly value?: unknown;
  readonly error?: {
    readonly kind: PipelineError["kind"] | undefined;
    readonly message: string;
    readonly stack: string;
  };
}

/** A worker thread that answers calls in order, one at a time. Keeps blocking work off the main thread. */
export class WorkerThread<H extends Handlers> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  static readonly #open = new Set<WorkerThread<Handlers>>();
  #calls = 0;
  #closed = false;

  /**
   * @param module URL of the `.ts` module that calls `serve`
   * @param data what `threadData()` gives there, in place of the same with every call
   */
  constructor(module: URL, data?: unknown) {
    const entry = new URL("./worker-entry.mjs", import.meta.url);
    this.#worker = new Worker(entry, { workerData: { module: module.href, data } });
    this.#worker.on("message", (reply: Reply) => this.#settle(reply));
    this.#worker.on("error", (error) => this.#failAll(error instanceof Error ? error : new Error(String(error))));
    WorkerThread.#open.add(this as unknown as WorkerThread<Handlers>);
    this.#worker.on("exit", (code) => {
      WorkerThread.#open.delete(this as unknown as WorkerThread<Handlers>);
      if (!this.#closed) this.#failAll(new Error(`A worker thread (${module.pathname}) ended with code ${code}`));
    });
  }

  call<Name extends keyof H & string>(
    name: Name,
    argument: Argument<H, Name>,
    transfer: Transferable[] = [],
  ): Promise<Result<H, Name>> {
    const call = this.#calls++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      this.#worker.postMessage({ call, name, argument }, transfer);
    });
  }

  /**
   * Ends every worker thread of the process between two native calls, before the process ends: onnxruntime aborts the process when its
   * thread is ended within one. Calls that wait are never answered.
   */
  static async endAll(): Promise<void> {
    await Promise.all([...WorkerThread.#open].map((thread) => thread.#end()));
  }

  #end(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      this.#worker.once("exit", () => resolve());
      this.#worker.postMessage("end");
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker.terminate();
    this.#failAll(new Error("The worker thread was closed"));
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.call);
    this.#waiting.delete(reply.call);
    if (!reply.error) waiting?.resolve(reply.value as never);
    else if (reply.error.kind) waiting?.reject(new PipelineError(reply.error.kind, reply.error.message));
    else waiting?.reject(Object.assign(new Error(reply.error.message), { stack: reply.error.stack }));
  }

  #failAll(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}

/** What this thread was started with. */
export function threadData<Data>(): Data {
  return workerData.data;
}

/** Called by a worker module: answers the calls of its `WorkerThread` until the thread is closed. */
export function serve(handlers: Handlers): void {
  if (isMainThread || !parentPort) throw new Error("serve() belongs in a worker thread");
  const port = parentPort;
  let turn = Promise.resolve();
  port.on("message", (message: "end" | { call: number; name: string; argument: unknown }) => {
    if (message === "end") process.exit();
    const { call, name, argument } = message;
    turn = turn.then(async () => {
      try {
        const value = await handlers[name](argument);
        port.postMessage({ call, value } satisfies Reply, transferablesOf(value));
      } catch (error) {
        const kind = error instanceof PipelineError ? error.kind : undefined;
        const stack = error instanceof Error ? (error.stack ?? "") : "";
        port.postMessage({ call, error: { kind, message: messageOf(error), stack } } satisfies Reply);
      }
    });
  });
}

/** The array buffers of a result, which are moved to the caller and not copied. */
function transferablesOf(value: unknown): ArrayBuffer[] {
  if (value === null || typeof value !== "object") return [];
  const buffers = Object.values(value)
    .filter((field) => ArrayBuffer.isView(field) && field.buffer instanceof ArrayBuffer)
    .map((view) => (view as Uint8Array).buffer as ArrayBuffer);
  return [...new Set(buffers)];
}
