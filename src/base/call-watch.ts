import { type ProcessUsage, processUsage } from "#base/process-usage.ts";

/** What one call may take. */
export interface CallLimits {
  readonly seconds: number;
  /** Memory of the whole process. Only Linux tells it: elsewhere there is no limit. */
  readonly memoryBytes: number;
}

/** The limit that a call has passed. */
export interface PassedLimit {
  readonly limit: "time" | "memory";
  /** It hardly used a processor: it waited, for a disk or for its turn on a busy machine. */
  readonly waited: boolean;
}

const INTERVAL_MS = 50;
/** Share of the time in which a call that does not wait uses a processor, at the least. */
const LEAST_WORK = 0.1;

/** Watches a process during a call. */
export class CallWatch {
  readonly #pid: number;
  readonly #limits: CallLimits;
  readonly #onPassed: (passed: PassedLimit) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #interval: NodeJS.Timeout;
  /** Early in the call. */
  #first: ProcessUsage | undefined;
  #last: ProcessUsage | undefined;
  #isLooking = false;
  #hasStopped = false;

  /** @param onPassed called once at most, and not after `stop()` */
  constructor(pid: number, limits: CallLimits, onPassed: (passed: PassedLimit) => void) {
    this.#pid = pid;
    this.#limits = limits;
    this.#onPassed = onPassed;
    this.#timer = setTimeout(() => this.#pass("time"), 1000 * limits.seconds);
    this.#interval = setInterval(() => this.#look(), INTERVAL_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#interval);
    this.#hasStopped = true;
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const usage = await processUsage(this.#pid);
    this.#isLooking = false;
    if (this.#hasStopped || !usage) return;
    this.#first ??= usage;
    this.#last = usage;
    if (usage.residentBytes > this.#limits.memoryBytes) this.#pass("memory");
  }

  #pass(limit: PassedLimit["limit"]): void {
    this.stop();
    const [first, last] = [this.#first, this.#last];
    const worked = first && last ? last.processorSeconds - first.processorSeconds : Number.POSITIVE_INFINITY;
    this.#onPassed({ limit, waited: limit === "time" && worked < LEAST_WORK * this.#limits.seconds });
  }
}
