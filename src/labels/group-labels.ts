import type { Label } from "#data/label.ts";

/** Stands for a group or a class that there is none of. */
export const NONE = -1;

/** Which labels meet in groups, by numbers: of groups their places, of labels the order in which rows bring them. */
export class GroupLabels {
  /** Group of each row, NONE where it is in none. */
  readonly groupOf: Int32Array;
  /** Label of each row, NONE where it has none. */
  readonly labelOf: Int32Array;
  /** The labels by their numbers. */
  readonly names: readonly string[];
  /** Rows of each group, ascending. */
  readonly rows: readonly (readonly number[])[];
  /** By group: NONE where no row has a label, else the label of its first labeled row. */
  readonly #firstLabel: Int32Array;
  /** By group: 1 where labels differ. */
  readonly #isMixed: Uint8Array;

  /** @param labels by row; one without a text is none, only its split is known */
  constructor(groups: readonly (readonly number[])[], labels: readonly (Label | undefined)[]) {
    const numbers = new Map<string, number>();
    this.rows = groups.map((rows) => [...rows].sort((a, b) => a - b));
    this.groupOf = new Int32Array(labels.length).fill(NONE);
    this.labelOf = Int32Array.from(labels, (label) => numberOf(numbers, label?.label ?? ""));
    this.names = [...numbers.keys()];
    this.#firstLabel = new Int32Array(groups.length).fill(NONE);
    this.#isMixed = new Uint8Array(groups.length);
    for (const [group, rows] of this.rows.entries()) for (const row of rows) this.#see(row, group);
  }

  #see(row: number, group: number): void {
    this.groupOf[row] = group;
    const label = this.labelOf[row];
    if (label === NONE) return;
    if (this.#firstLabel[group] === NONE) this.#firstLabel[group] = label;
    else if (this.#firstLabel[group] !== label) this.#isMixed[group] = 1;
  }

  /** Whether labels of a group differ. */
  isMixed(group: number): boolean {
    return this.#isMixed[group] === 1;
  }

  /** Whether the labeled rows of a group, at least one, all have the same label. */
  agree(group: number): boolean {
    return this.#firstLabel[group] !== NONE && !this.isMixed(group);
  }

  /** Whether another row of its group tells something of this one's label: where it has none, what that is; else, that it may be wrong. */
  concerns(row: number, other: number): boolean {
    const label = this.labelOf[row];
    if (this.labelOf[other] === NONE || this.labelOf[other] === label) return false;
    return label !== NONE || !this.isMixed(this.groupOf[row]);
  }

  /** Whether there is such another row. */
  isConcerned(row: number): boolean {
    const group = this.groupOf[row];
    if (group === NONE) return false;
    return this.labelOf[row] === NONE ? this.agree(group) : this.isMixed(group);
  }
}

function numberOf(numbers: Map<string, number>, name: string): number {
  if (name === "") return NONE;
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}
