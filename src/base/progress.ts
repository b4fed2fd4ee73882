import { EventEmitter } from "node:events";

/** How far a stage is: `done` of `total` items; `total` is undefined while it is not known. */
export interface StageProgress {
  readonly stage: string;
  readonly unit: string;
  readonly done: number;
  readonly total: number | undefined;
  /** Seconds since the stage first reported. */
  readonly seconds: number;
  readonly finished: boolean;
}

/**
 * Where stages report how far they are; whoever listens decides what a person sees. One per run, passed down: there is no
 * global state.
 */
export class Progress extends EventEmitter<{ stage: [StageProgress]; note: [string] }> {
  readonly #stages = new Map<
    string,
    { unit: string; done: number; total: number | undefined; start: number; end: number }
  >();

  /** Reports `done` items of a stage in all, and the total once it is known. */
  update(stage: string, unit: string, done: number, total?: number): void {
    const known = this.#stages.get(stage);
    const now = performance.now();
    const state = { unit, done, total: total ?? known?.total, start: known?.start ?? now, end: now };
    this.#stages.set(stage, state);
    this.emit("stage", { stage, ...state, seconds: (now - state.start) / 1000, finished: false });
  }

  finish(stage: string): void {
    const state = this.#stages.get(stage);
    if (!state) return;
    state.end = performance.now();
    this.emit("stage", {
      stage,
      ...state,
      total: state.done,
      seconds: (state.end - state.start) / 1000,
      finished: true,
    });
  }

  /** One line for the person or the log: something worth knowing that is not an error. */
  note(line: string): void {
    this.emit("note", line);
  }

  /** The same progress for stages that run a second time: their names get a suffix. */
  suffixed(suffix: string): Progress {
    return new SuffixedProgress(this, suffix);
  }

  /** Name, seconds and items of each stage so far, in the order in which they began. */
  timings(): { name: string; seconds: number; items: number }[] {
    return [...this.#stages].map(([name, s]) => ({ name, seconds: (s.end - s.start) / 1000, items: s.done }));
  }
}

class SuffixedProgress extends Progress {
  readonly #whole: Progress;
  readonly #suffix: string;

  constructor(whole: Progress, suffix: string) {
    super();
    this.#whole = whole;
    this.#suffix = suffix;
  }

  override update(stage: string, unit: string, done: number, total?: number): void {
    this.#whole.update(stage + this.#suffix, unit, done, total);
  }

  override finish(stage: string): void {
    this.#whole.finish(stage + this.#suffix);
  }

  override note(line: string): void {
    this.#whole.note(line);
  }

  override timings() {
    return this.#whole.timings();
  }
}
