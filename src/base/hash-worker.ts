import { hashFileSync } from "#base/hash-file.ts";
import { messageOf } from "#base/pipeline-error.ts";
import { serve } from "#base/worker-thread.ts";

const handlers = {
  /** What became of each file; errors lose their kind on the way to another thread. */
  hash: ({ paths }: { paths: readonly string[] }) =>
    paths.map((path) => {
      try {
        return hashFileSync(path);
      } catch (error) {
        return { problem: messageOf(error) };
      }
    }),
};

export type HashHandlers = typeof handlers;
serve(handlers);
