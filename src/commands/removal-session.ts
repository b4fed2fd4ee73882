import { OutputLock } from "#artifacts/output-lock.ts";
import { Progress } from "#base/progress.ts";
import type { CarryOutOptions } from "#removal/carry-out.ts";
import { showProgress } from "#terminal/progress-display.ts";

const EXIT_INTERRUPTED = 130;
/** What ends sooner needs no progress. */
const SHOWN_AFTER_MS = 2000;

/** What is done was done to the end; `exitCode` undefined where a signal ended it before. */
export type SessionEnd = number | "interrupted";

/**
 * Runs a command that touches users' files: SIGINT and SIGTERM end it between two of them, and what takes long shows how far it is.
 *
 * @returns the exit code
 */
export async function removalSession(
  quiet: boolean,
  work: (options: CarryOutOptions) => Promise<SessionEnd>,
): Promise<number> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, interrupt);
  const progress = new Progress();
  let stopShowing = () => {};
  const timer = setTimeout(() => {
    stopShowing = showProgress(progress, { quiet, format: "text", stream: process.stderr });
  }, SHOWN_AFTER_MS);
  try {
    const end = await work({ signal: interruption.signal, progress });
    if (end !== "interrupted") return end;
  } catch (error) {
    if (error !== interruption.signal.reason) throw error;
  } finally {
    clearTimeout(timer);
    stopShowing();
  }
  process.stderr.write("\nInterrupted: every file is whole in its old or its new place, and it is safe to run again\n");
  return EXIT_INTERRUPTED;
}

/** Does something while no run, and no other apply, works in the output folder. */
export async function withLock<Result>(output: string, work: () => Promise<Result>): Promise<Result> {
  const lock = await OutputLock.take(output, (line) => process.stderr.write(`${line}\n`));
  try {
    return await work();
  } finally {
    lock.release();
  }
}
