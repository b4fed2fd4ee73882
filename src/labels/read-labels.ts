import { stat } from "node:fs/promises";
import { unreadableLabels } from "#labels/label-problem.ts";
import type { LabelSet } from "#labels/label-set.ts";
import { readLabelFile } from "#labels/read-label-file.ts";
import { readLabelFolder } from "#labels/read-label-folder.ts";
import { agreed, type Statement } from "#labels/statement.ts";

/**
 * Reads files and folders of labels, each in the form that its content shows: CSV, COCO, Label Studio, CVAT, YOLO or class folders.
 *
 * @throws PipelineError `settings` naming the file: unreadable, of no known form, or with something in it that cannot be used; or
 *   naming both places where an object id has two labels, as that is known before the images are
 */
export async function readLabels(paths: readonly string[]): Promise<LabelSet[]> {
  const sets: LabelSet[] = [];
  for (const path of paths) sets.push(await ((await isFolder(path)) ? readLabelFolder(path) : readLabelFile(path)));
  refuseContradictions(sets.filter(({ claims }) => claims[0]?.nameIs === "object-id"));
  return sets;
}

/** What tools say is only compared once their names have found images. */
function refuseContradictions(sets: readonly LabelSet[]): void {
  if (sets.length < 2) return;
  const stated = new Map<string, Statement>();
  for (const { file, claims } of sets) {
    for (const claim of claims) {
      const earlier = stated.get(claim.name);
      const statement = { claim, file };
      stated.set(claim.name, earlier ? agreed(earlier, statement, claim.name) : statement);
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadableLabels(path, error);
  }
}
