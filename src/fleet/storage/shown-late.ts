import { setTimeout as pause } from "node:timers/promises";

/** A shared folder may show a new file late: NFS asks for a folder that it knows again after 60 s at most (nfs(5), acdirmax). */
export const SHOWN_WITHIN_MS = 75_000;

const LOOK_EVERY_MS = 250;

/**
 * Looks for what another machine has put into storage, until it must have been shown.
 *
 * @param look gives undefined where it is not there
 * @param stop ends the wait with an AbortError
 * @returns undefined where it was not there in time
 */
export async function untilShown<Value>(
  look: () => Promise<Value | undefined>,
  stop?: AbortSignal,
): Promise<Value | undefined> {
  const end = performance.now() + SHOWN_WITHIN_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined || performance.now() > end) return found;
    await pause(LOOK_EVERY_MS, undefined, stop ? { signal: stop } : {});
  }
}
