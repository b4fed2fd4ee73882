import { labelProblem } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { type FoundFile, isImageName, listFiles } from "#labels/list-files.ts";
import { SharedLabels } from "#labels/shared-labels.ts";
import { splitNamed } from "#labels/split-name.ts";

/**
 * Labels by the names of folders, as `class/…/image`, or `split/class/…/image` where every folder at the top is named for a split
 * (https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html, https://docs.ultralytics.com/datasets/classify/).
 * Images in a split's folder itself have no label.
 *
 * @returns undefined where no sub-folder holds images
 * @throws PipelineError `settings` where a sub-folder is no class by all appearances
 */
export async function readClassFolders(folder: string): Promise<LabelSet | undefined> {
  const images: FoundFile[] = [];
  for await (const file of listFiles(folder)) {
    if (file.parts.length > 1 && isImageName(file.parts[file.parts.length - 1])) images.push(file);
  }
  if (images.length === 0) return undefined;
  const tops = new Set(images.map(({ parts }) => parts[0]));
  const isSplit = [...tops].every((name) => splitNamed(name) !== undefined);
  const labels = new SharedLabels();
  const claims = images.map((image) => claimOf(image, isSplit, labels));
  const classes = new Set(claims.map(({ label }) => label.label));
  // what is left of a YOLO or COCO folder when it is given without the file that explains it
  if (classes.size === 1 && classes.has("images"))
    throw labelProblem(folder, "", 'no class but "images"', "data.yaml or classes.txt beside it, or COCO's JSON file");
  return { file: folder, claims, notes: [] };
}

function claimOf({ path, parts }: FoundFile, isSplit: boolean, labels: SharedLabels): LabelClaim {
  const split = isSplit ? (splitNamed(parts[0]) ?? "") : "";
  const inner = isSplit ? parts.slice(1) : parts;
  const label = inner.length > 1 ? inner[0] : "";
  return { name: path, nameIs: "path", label: labels.of(label, split), place: parts.join("/") };
}
