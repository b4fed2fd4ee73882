import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { unreadableLabels } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { splitNamed } from "#labels/split-name.ts";
import { claimsOfFolder } from "#labels/yolo-claims.ts";

/**
 * Labels of a YOLO folder without data.yaml, as Label Studio and LabelImg write it: class names in classes.txt, a line each, and label files
 * beside it or in `labels`. Its first folder is the split where it is named for one.
 */
export async function readYoloClasses(folder: string): Promise<LabelSet> {
  const file = join(folder, "classes.txt");
  const root = resolve(folder);
  const hasLabels = existsSync(join(root, "labels"));
  const names = { byNumber: new Map((await readLines(file)).entries()), file };
  const labelFolder = hasLabels ? join(root, "labels") : root;
  const claims: LabelClaim[] = [];
  const part = { path: hasLabels ? join(root, "images") : root, split: "", areBeside: !hasLabels };
  for await (const claim of claimsOfFolder(part, names)) {
    const split = splitNamed(relative(labelFolder, claim.place).split(sep)[0]) ?? "";
    claims.push({ ...claim, label: { ...claim.label, split } });
  }
  return { file: folder, claims, notes: [] };
}

async function readLines(file: string): Promise<string[]> {
  try {
    return (await readFile(file, "utf8"))
      .replace(/^\ufeff/, "")
      .trimEnd()
      .split(/\r?\n/);
  } catch (error) {
    throw unreadableLabels(file, error);
  }
}
