import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { Handlers } from "#base/worker-thread.ts";

/** The file that a child process has inherited, where it was given one. */
export const INHERITED_FILE = 4;

/** What a child process says: once that it is ready, then the outcome of each call. */
export interface ProcessReply {
  readonly value?: unknown;
  readonly error?: {
    readonly kind: PipelineError["kind"] | undefined;
    readonly message: string;
    readonly stack: string;
  };
}

/** Called by the module of a child process: answers the calls of its `ChildProcess`, which come one at a time. */
export function serveProcess(handlers: Handlers): void {
  // a parent that is gone needs no answer
  const send = (reply: ProcessReply) => process.send?.(reply, () => undefined);
  process.on("message", async ({ name, argument }: { name: string; argument: unknown }) => {
    try {
      send({ value: await handlers[name](argument) });
    } catch (error) {
      const kind = error instanceof PipelineError ? error.kind : undefined;
      const stack = error instanceof Error ? (error.stack ?? "") : "";
      send({ error: { kind, message: messageOf(error), stack } });
    }
  });
  send({});
}
