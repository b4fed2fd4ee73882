import type { ImageDecision } from "#data/decision.ts";
import type { ImageRecord } from "#data/image-record.ts";
import type { Label } from "#data/label.ts";

/** What reports say of the images themselves, by rank (id order). */
export interface Catalog {
  readonly images: readonly ImageRecord[];
  readonly labels: readonly (Label | undefined)[];
  readonly decisions: readonly (ImageDecision | undefined)[];
}
