import { compareUtf8 } from "#base/compare-utf8.ts";
import type { Label } from "#data/label.ts";

/** Images that have to lie in one split together, and lie in several. */
export interface SplitUnit {
  /** Ascending. */
  readonly rows: readonly number[];
  /** How many of them lie in each split now, by the split's number; ascending. */
  readonly images: readonly (readonly [split: number, images: number])[];
  /** How many of them have each label, by the label's number. */
  readonly labels: readonly (readonly [label: number, images: number])[];
  /** How many lie in each split with each label: what the splits lose when the unit is taken from them. */
  readonly parts: readonly (readonly [split: number, label: number, images: number])[];
}

export interface SplitUnits {
  /** Those that lie in several splits: largest first, then the one with the smaller first row. */
  readonly units: readonly SplitUnit[];
  /** The splits by their numbers, in UTF-8 order. */
  readonly splits: readonly string[];
}

/**
 * Finds the units that lie in several splits; all others stay where they are. Images without a label count as one more label.
 *
 * @param labels by row; rows without a split take no part
 * @param unitOf a number for the unit of each row, the same for rows that belong together
 */
export function splitUnits(labels: readonly (Label | undefined)[], unitOf: Uint32Array): SplitUnits {
  const splitNames = new Set(labels.map((label) => label?.split ?? ""));
  splitNames.delete("");
  const splits = [...splitNames].sort(compareUtf8);
  const numberOfSplit = new Map(splits.map((split, i) => [split, i]));
  const numberOfLabel = new Map<string, number>();
  for (const label of labels)
    if (label && !numberOfLabel.has(label.label)) numberOfLabel.set(label.label, numberOfLabel.size);
  const rowsOfUnit = new Map<number, number[]>();
  for (const [row, label] of labels.entries()) {
    if (!label || label.split === "") continue;
    const rows = rowsOfUnit.get(unitOf[row]);
    if (rows) rows.push(row);
    else rowsOfUnit.set(unitOf[row], [row]);
  }
  const of = (row: number) => {
    const { label, split } = labels[row] as Label;
    return [numberOfSplit.get(split) as number, numberOfLabel.get(label) as number] as const;
  };
  const units = [...rowsOfUnit.values()].map((rows) => unitAt(rows, of)).filter(({ images }) => images.length > 1);
  return { units: units.sort((a, b) => b.rows.length - a.rows.length || a.rows[0] - b.rows[0]), splits };
}

function unitAt(rows: readonly number[], of: (row: number) => readonly [split: number, label: number]): SplitUnit {
  const images = new Map<number, number>();
  const labels = new Map<number, number>();
  const parts = new Map<string, [number, number, number]>();
  for (const row of rows) {
    const [split, label] = of(row);
    images.set(split, (images.get(split) ?? 0) + 1);
    labels.set(label, (labels.get(label) ?? 0) + 1);
    const part = parts.get(`${split} ${label}`);
    if (part) part[2]++;
    else parts.set(`${split} ${label}`, [split, label, 1]);
  }
  return { rows, images: [...images].sort(([a], [b]) => a - b), labels: [...labels], parts: [...parts.values()] };
}
