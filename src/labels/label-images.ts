import type { ImageRecord } from "#data/image-record.ts";
import type { Label } from "#data/label.ts";
import { closestStatements } from "#labels/closest-statements.ts";
import { ImageFinder, type ImagePlace } from "#labels/image-finder.ts";
import type { LabelSet } from "#labels/label-set.ts";
import { PassedOver } from "#labels/passed-over.ts";
import { agreed, type Statement } from "#labels/statement.ts";

export interface LabeledImages {
  /** By row; undefined where nothing is known of an image. */
  readonly labels: readonly (Label | undefined)[];
  /** Lines for the person: names that fit no image, or no single one. */
  readonly notes: readonly string[];
}

/**
 * Gives each image its label: the label files' where they have one, else the sub-folder of its reference folder.
 *
 * @param folders image folders of the run, by all of their absolute paths; see `ImageFinder`
 * @throws PipelineError `settings` naming both places where an image has two labels
 */
export function labelImages(
  images: readonly ImageRecord[],
  sets: readonly LabelSet[],
  folders: readonly ImagePlace[] = [],
): LabeledImages {
  let stated: (Statement | undefined)[] = [];
  const notes: string[] = [];
  const ids = images.map(({ id }) => id);
  const finder = new ImageFinder(ids, folders);
  for (const set of sets) {
    const passedOver = new PassedOver(set.file, set.claims[0]?.nameIs === "object-id");
    const statements = closestStatements(set, finder, passedOver, ids);
    stated = statements.map((statement, row) => {
      const earlier = stated[row];
      return statement && earlier ? agreed(earlier, statement, ids[row]) : (statement ?? earlier);
    });
    notes.push(...set.notes, ...passedOver.describe(ids[0]));
  }
  const labels = images.map(({ folderLabel }, row) => {
    const known = stated[row]?.claim.label;
    if (folderLabel === "" || known?.label) return known;
    return { label: folderLabel, split: known?.split ?? "" };
  });
  return { labels, notes };
}
