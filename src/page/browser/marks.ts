import type { Decision } from "#data/decision.ts";

/** An image as far as marks go, with what was decided on it before this report. */
export interface Markable {
  readonly path: string;
  readonly decision: Decision | "";
  readonly note: string;
}

/** What is decided on an image. */
export interface Mark {
  readonly decision: Decision | "";
  readonly note: string;
}

/** Marks as they are kept between visits. */
export interface SavedMarks {
  readonly marks: readonly (readonly [path: string, decision: Decision | "", note: string])[];
  readonly isExported: boolean;
}

type Step = readonly (readonly [path: string, before: Mark | undefined])[];

/** Steps that can be taken back. */
const MOST_STEPS = 1000;

/**
 * The marks that a person sets on a report: only what differs from the decisions that the report came with. An image that is both in a group
 * and a candidate has one mark.
 */
export class Marks {
  readonly #marks: Map<string, Mark>;
  readonly #steps: Step[] = [];
  #isExported: boolean;
  /** Called after every change. */
  onChange: () => void = () => undefined;

  constructor(saved?: SavedMarks) {
    this.#marks = new Map(saved?.marks.map(([path, decision, note]) => [path, { decision, note }]));
    this.#isExported = saved?.isExported ?? true;
  }

  get count(): number {
    return this.#marks.size;
  }

  get canUndo(): boolean {
    return this.#steps.length > 0;
  }

  /** Whether the file that was exported last says all that is marked. */
  get isExported(): boolean {
    return this.#isExported || this.#marks.size === 0;
  }

  /** What holds for an image: its mark, else what was decided earlier. */
  of(image: Markable): Mark {
    return this.#marks.get(image.path) ?? image;
  }

  isMarked(image: Markable): boolean {
    return this.#marks.has(image.path);
  }

  /** Decides on images in one step; an empty decision clears. Notes stay. */
  decide(images: readonly Markable[], decision: Decision | ""): void {
    this.#put(images.map((image) => [image, { decision, note: this.of(image).note }]));
  }

  note(image: Markable, note: string): void {
    this.#put([[image, { decision: this.of(image).decision, note }]]);
  }

  /** Takes the latest step back; gives the path of its first image. */
  undo(): string | undefined {
    const step = this.#steps.pop();
    for (const [path, before] of step ?? []) {
      if (before) this.#marks.set(path, before);
      else this.#marks.delete(path);
    }
    if (step) this.#changed();
    return step?.[0][0];
  }

  noteExport(): void {
    this.#isExported = true;
    this.onChange();
  }

  toSaved(): SavedMarks {
    return {
      marks: [...this.#marks].map(([path, { decision, note }]) => [path, decision, note]),
      isExported: this.#isExported,
    };
  }

  #put(wanted: readonly (readonly [Markable, Mark])[]): void {
    const changed = wanted.filter(([image, mark]) => !isSame(this.of(image), mark));
    if (changed.length === 0) return;
    this.#steps.push(changed.map(([{ path }]) => [path, this.#marks.get(path)]));
    if (this.#steps.length > MOST_STEPS) this.#steps.shift();
    for (const [image, mark] of changed) {
      if (isSame(image, mark)) this.#marks.delete(image.path);
      else this.#marks.set(image.path, mark);
    }
    this.#changed();
  }

  #changed(): void {
    this.#isExported = false;
    this.onChange();
  }
}

function isSame(a: Mark, b: Mark): boolean {
  return a.decision === b.decision && a.note === b.note;
}
