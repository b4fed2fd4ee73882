import { setTimeout as sleep } from "node:timers/promises";

const TRIES = 5;
const FIRST_WAIT_MILLISECONDS = 100;

/** A transfer that ended before its end; another may go through. */
export class BrokenOff extends Error {
  override readonly name = "BrokenOff";
}

/**
 * Transfers again what broke off, after waits that double. The library for S3 repeats requests itself, but not where the content of the
 * request or of the answer is a stream.
 *
 * @throws what `transfer` throws, `BrokenOff` once it was tried five times
 */
export async function untilWhole<Result>(transfer: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await transfer();
    } catch (error) {
      if (!(error instanceof BrokenOff) || tries === TRIES) throw error;
    }
    // of many machines that one server has refused, not all come again at once
    await sleep(FIRST_WAIT_MILLISECONDS * 2 ** tries * (0.5 + Math.random() / 2));
  }
}
