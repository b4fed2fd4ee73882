import type { FastifyInstance } from "fastify";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const EXIT_INTERRUPTED = 130;
/** Within 10 s the process ends: its other parts have to end too. */
const ANSWERS_MAY_TAKE_MS = 8000;
const ALL_MAY_TAKE_MS = 9500;
const LOOK_EVERY_MS = 50;

/**
 * Waits for a signal, then until what was begun is answered: nobody new is let in meanwhile. What takes longer than 8 s is cut off; a second
 * signal ends the process at once.
 */
export async function untilStopped(app: FastifyInstance): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve());
  });
  for (const signal of SIGNALS) process.on(signal, () => process.exit(EXIT_INTERRUPTED));
  setTimeout(() => process.exit(), ALL_MAY_TAKE_MS).unref();
  const timer = setTimeout(() => app.server.closeAllConnections(), ANSWERS_MAY_TAKE_MS);
  // a connection whose last answer has gone out would be kept open for the next request
  const interval = setInterval(() => app.server.closeIdleConnections(), LOOK_EVERY_MS);
  await app.close();
  clearTimeout(timer);
  clearInterval(interval);
}
