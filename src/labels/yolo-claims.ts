import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { orderedMap } from "#base/ordered-map.ts";
import { unreadableLabels } from "#labels/label-problem.ts";
import type { LabelClaim } from "#labels/label-set.ts";
import { isImageName, listFiles } from "#labels/list-files.ts";
import { SharedLabels } from "#labels/shared-labels.ts";
import { type ClassNames, yoloLabel } from "#labels/yolo-boxes.ts";

const FILES_AT_ONCE = 16;

/** A text file of labels, and the images that it may be of. */
interface LabelFile {
  readonly path: string;
  readonly image: Pick<LabelClaim, "name" | "nameIs">;
}

/** Where images of a split are. */
export interface YoloPart {
  readonly path: string;
  /** Empty where it is not known. */
  readonly split: string;
  /** Label files lie beside the images: a folder `images` has none `labels` for them. */
  readonly areBeside?: boolean;
}

/** Text files among labels that hold none. */
const NO_LABELS = new Set(["classes.txt", "train.txt", "val.txt", "test.txt", "README.txt", "notes.txt"]);

/**
 * What a folder of images, or of labels where the images are elsewhere, says of each image: the label file of `images/a/b.jpg` is
 * `labels/a/b.txt`. An image without one has no label, though its split is known.
 */
export async function* claimsOfFolder(part: YoloPart, names: ClassNames): AsyncGenerator<LabelClaim> {
  const { path, split, areBeside = false } = part;
  const images = new Map<string, string[]>();
  for (const { name, real } of await imagesIn(path)) {
    const file = areBeside ? textBeside(name) : labelFileOf(name);
    images.set(file, [...(images.get(file) ?? []), real]);
  }
  const labelFolder = areBeside ? path : labelFolderOf(path);
  const texts = existsSync(labelFolder) ? await textsIn(labelFolder) : [];
  const alone = texts.filter((text) => !images.has(text));
  const files: LabelFile[] = [...images].flatMap(([file, paths]) =>
    paths.map((name) => ({ path: file, image: { name, nameIs: "path" } })),
  );
  for (const text of alone) {
    const stem = text.slice(0, -".txt".length);
    files.push({ path: text, image: { name: areBeside ? stem : swapped(stem, "labels", "images"), nameIs: "stem" } });
  }
  yield* claimsOf(files, split, names);
}

/** What is said of the images that a text file lists, a path a line; those that begin with `./` lie beside it. */
export async function* claimsOfList({ path, split }: YoloPart, names: ClassNames): AsyncGenerator<LabelClaim> {
  let lines: string[];
  try {
    lines = (await readFile(path, "utf8")).split(/\r?\n/);
  } catch (error) {
    throw unreadableLabels(path, error);
  }
  const isAddress = (line: string) => /^[a-z][a-z0-9+.-]+:\/\//i.test(line);
  const named = lines.filter((line) => line.trim() !== "");
  const images = named.map((line) => (isAddress(line) ? line : resolve(dirname(path), line)));
  const files = images.map((name): LabelFile => ({ path: labelFileOf(name), image: { name, nameIs: "path" } }));
  yield* claimsOf(files, split, names);
}

async function* claimsOf(files: readonly LabelFile[], split: string, names: ClassNames): AsyncGenerator<LabelClaim> {
  const read = async ({ path, image }: LabelFile) => ({ path, image, label: await yoloLabel(path, names) });
  const labels = new SharedLabels();
  for await (const { path, image, label = "" } of orderedMap(files, FILES_AT_ONCE, read)) {
    if (label !== "" || split !== "") yield { ...image, label: labels.of(label, split), place: path };
  }
}

async function imagesIn(folder: string) {
  const images: { name: string; real: string }[] = [];
  if (!existsSync(folder)) return images;
  for await (const { parts, path } of listFiles(folder))
    if (isImageName(parts[parts.length - 1])) images.push({ name: join(folder, ...parts), real: path });
  return images;
}

async function textsIn(folder: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { parts } of listFiles(folder)) {
    const name = parts[parts.length - 1];
    if (name.endsWith(".txt") && !NO_LABELS.has(name)) texts.push(join(folder, ...parts));
  }
  return texts;
}

/** The last folder `images` is `labels` in the path of a label file. */
export function labelFolderOf(images: string): string {
  return swapped(`${images}${sep}`, "images", "labels").slice(0, -1);
}

function labelFileOf(image: string): string {
  return textBeside(swapped(image, "images", "labels"));
}

function textBeside(image: string): string {
  return `${image.replace(/\.[^./\\]*$/, "")}.txt`;
}

function swapped(path: string, from: string, to: string): string {
  const at = path.lastIndexOf(`${sep}${from}${sep}`);
  return at < 0 ? path : `${path.slice(0, at)}${sep}${to}${path.slice(at + from.length + 1)}`;
}
