import { stat } from "node:fs/promises";
import { join } from "node:path";
import { INDEX_RECORD } from "#artifacts/index-record.ts";
import { OutputLock } from "#artifacts/output-lock.ts";
import { outputPaths } from "#artifacts/output-paths.ts";
import { messageOf } from "#base/pipeline-error.ts";
import type { Settings } from "#settings/settings.ts";

export interface WatchOptions {
  readonly everyMs: number;
  readonly onReplaced: () => Promise<void>;
  readonly tell: (line: string) => void;
}

/** After a failure it is tried again after so many times the usual pause. */
const PAUSES_AFTER_FAILURE = 10;

/** Looks whether a run has replaced the index: once it has ended, as it writes there until then. */
export class IndexWatch {
  readonly #settings: Settings;
  readonly #options: WatchOptions;
  #seen = "";
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(settings: Settings, options: WatchOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  /** Features of somebody else are not watched. */
  start(): void {
    if (this.#settings.features === null) this.#waitFor(1);
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #waitFor(pauses: number): void {
    if (this.#isStopped) return;
    const look = () => {
      this.#looking = this.#look();
    };
    this.#timer = setTimeout(look, pauses * this.#options.everyMs).unref();
  }

  async #look(): Promise<void> {
    const { onReplaced, tell } = this.#options;
    try {
      const state = await this.#state();
      if (state !== this.#seen && !(await OutputLock.isHeld(this.#settings.output))) {
        await onReplaced();
        this.#seen = state;
      }
      this.#waitFor(1);
    } catch (error) {
      tell(`The new index cannot be served yet, the earlier one is: ${messageOf(error)}`);
      this.#waitFor(PAUSES_AFTER_FAILURE);
    }
  }

  async #state(): Promise<string> {
    const { mtimeMs, size, ino } = await stat(join(outputPaths(this.#settings.output).index, INDEX_RECORD));
    return `${mtimeMs} ${size} ${ino}`;
  }
}
