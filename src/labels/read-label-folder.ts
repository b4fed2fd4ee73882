import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readClassFolders } from "#labels/class-folders.ts";
import { KNOWN_FORMS } from "#labels/known-forms.ts";
import { labelProblem, unreadableLabels } from "#labels/label-problem.ts";
import type { LabelSet } from "#labels/label-set.ts";
import { readYoloClasses } from "#labels/yolo-classes-txt.ts";
import { readYoloYaml } from "#labels/yolo-yaml.ts";

/** See `readLabels`. */
export async function readLabelFolder(folder: string): Promise<LabelSet> {
  const names = await namesIn(folder);
  const yaml = await dataYaml(folder, names);
  if (yaml !== undefined) return readYoloYaml(join(folder, yaml));
  if (names.includes("classes.txt")) return readYoloClasses(folder);
  const found = await readClassFolders(folder);
  if (found) return found;
  const some = names.slice(0, 5).map((name) => JSON.stringify(name));
  const listed = names.length === 0 ? "an empty folder" : `a folder with ${some.join(", ")}`;
  throw labelProblem(folder, "", names.length > some.length ? `${listed}, …` : listed, KNOWN_FORMS);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw unreadableLabels(folder, error);
  }
}

/** data.yaml by its name, or whichever YAML file names classes. */
async function dataYaml(folder: string, names: readonly string[]): Promise<string | undefined> {
  const known = names.find((name) => /^data\.ya?ml$/.test(name));
  if (known !== undefined) return known;
  const found: string[] = [];
  for (const name of names.filter((name) => /\.ya?ml$/.test(name))) {
    const content = await readFile(join(folder, name), "utf8").catch(() => "");
    if (/^names\s*:/m.test(content)) found.push(name);
  }
  if (found.length < 2) return found[0];
  const some = found.map((name) => JSON.stringify(name)).join(" and ");
  throw labelProblem(folder, "", some, "one file that names classes: give that one instead of the folder");
}
