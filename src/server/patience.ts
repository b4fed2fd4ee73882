import type { ServerResponse } from "node:http";
import { Refusal } from "#server/refusal.ts";

/** Who asked has gone: nobody reads the answer. */
export class AskerGone extends Error {
  constructor() {
    super("The connection was closed before the answer");
  }
}

/**
 * Waits for an answer until it takes too long or who asked has gone.
 *
 * @param work is told by a signal that nobody waits any more
 * @throws Refusal 503 after so many seconds; AskerGone
 */
export async function answerWithin<T>(
  seconds: number,
  response: ServerResponse,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const given = new AbortController();
  const goes = () => given.abort(new AskerGone());
  const timer = setTimeout(() => given.abort(tooSlow(seconds)), 1000 * seconds);
  response.once("close", goes);
  const givenUp = new Promise<never>((_, reject) => {
    given.signal.addEventListener("abort", () => reject(given.signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(given.signal), givenUp]);
  } finally {
    clearTimeout(timer);
    response.off("close", goes);
  }
}

function tooSlow(seconds: number): Refusal {
  return new Refusal(503, `Found no answer within ${seconds} s; ask again when less is asked of this server`, {
    "retry-after": "5",
  });
}
