/**
 * How a process ended: `start` = it never became ready; `crash` = by itself, or something outside ended it; `time`, `memory` = it was
 * ended because a call took more; `closed` = nobody needs it any more.
 */
export type ProcessEnding = "start" | "crash" | "time" | "memory" | "closed";

/** A call got no answer, because its process ended. */
export class ProcessEnded extends Error {
  override readonly name = "ProcessEnded";
  readonly how: ProcessEnding;
  /** The signal or exit code of a crash, what a start said on stderr. */
  readonly detail: string;
  /** Calls that the process had answered before. */
  readonly answered: number;
  /** With `time`: it hardly used a processor, so it waited for a disk, or for its turn on a busy machine. */
  readonly waited: boolean;

  constructor(how: ProcessEnding, { detail = "", answered = 0, waited = false } = {}) {
    super(`A child process ended (${detail === "" ? how : `${how}: ${detail}`})`);
    this.how = how;
    this.detail = detail;
    this.answered = answered;
    this.waited = waited;
  }
}
