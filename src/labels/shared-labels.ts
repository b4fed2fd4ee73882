import type { Label } from "#data/label.ts";

/** Labels of a file, each held once however many images have it. */
export class SharedLabels {
  readonly #bySplit = new Map<string, Map<string, Label>>();

  of(label: string, split: string): Label {
    const ofSplit = this.#bySplit.get(split) ?? new Map<string, Label>();
    this.#bySplit.set(split, ofSplit);
    const shared = ofSplit.get(label) ?? { label, split };
    ofSplit.set(label, shared);
    return shared;
  }
}
