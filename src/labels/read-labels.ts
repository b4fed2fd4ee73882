import { stat } from "node:fs/promises";
import { unreadableLabels } from "#labels/label-problem.ts";
import type { LabelSet } from "#labels/label-set.ts";
import { readLabelFile } from "#labels/read-label-file.ts";
import { readLabelFolder } from "#labels/read-label-folder.ts";

/**
 * Reads files and folders of labels, each in the form that its content shows: CSV, COCO, Label Studio, CVAT, YOLO or class folders.
 *
 * @throws PipelineError `settings` naming the file: unreadable, of no known form, or with something in it that cannot be used
 */
export async function readLabels(paths: readonly string[]): Promise<LabelSet[]> {
  const sets: LabelSet[] = [];
  for (const path of paths) sets.push(await ((await isFolder(path)) ? readLabelFolder(path) : readLabelFile(path)));
  return sets;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadableLabels(path, error);
  }
}
