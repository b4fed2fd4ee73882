import type { ImageRecord } from "#data/image-record.ts";
import type { Label } from "#data/label.ts";

export interface LabeledImages {
  /** Label by row; undefined where an image has none. */
  readonly labels: readonly (Label | undefined)[];
  /** Ids of the label file that name no image of the index, in the file's order. */
  readonly unknown: readonly string[];
}

/** Gives each image its label: the label file's where it has one, else the sub-folder of its reference folder. */
export function labelImages(images: readonly ImageRecord[], fromFile: ReadonlyMap<string, Label>): LabeledImages {
  const known = new Set<string>();
  const labels = images.map(({ id, folderLabel }) => {
    const label = fromFile.get(id);
    if (label) known.add(id);
    return label ?? (folderLabel === "" ? undefined : { label: folderLabel, split: "" });
  });
  return { labels, unknown: [...fromFile.keys()].filter((id) => !known.has(id)) };
}
