/** What a part of the fault benchmark has at hand. */
export interface FaultOptions {
  /** An empty folder that goes afterwards. */
  readonly root: string;
  readonly photos: readonly string[];
  readonly photoFolder: string;
  /** How many trials, instead of the part's own number. */
  readonly count: number | undefined;
  readonly seed: number;
  /** Says on stderr how far it is. */
  readonly tell: (line: string) => void;
}

export interface FaultResult {
  readonly figures: Readonly<Record<string, number | string>>;
  /** What was wrong; empty when all is well. */
  readonly problems: readonly string[];
  readonly seconds?: number;
}

export type FaultPart = (options: FaultOptions) => Promise<FaultResult>;

/** Problems of many trials as lines that tell which trial they are of. */
export function problemsOf<Trial extends { readonly problems: readonly string[] }>(
  trials: readonly Trial[],
  name: (trial: Trial) => string,
): string[] {
  return trials.flatMap((trial) => trial.problems.map((problem) => `${name(trial)}: ${problem}`));
}

/** Every n-th item, so that `count` are spread over all. */
export function spread<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length < count) throw new Error(`Expected at least ${count} photos, found ${items.length}`);
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]);
}

/** `12 ok` or the first problem. */
export function outcome(problems: readonly string[]): string {
  return problems.length === 0 ? "ok" : problems.join("; ");
}

/** A number short enough for a table. */
export function short(value: number): number {
  return Number(value.toPrecision(3));
}
