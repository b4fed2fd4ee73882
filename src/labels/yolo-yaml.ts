import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, resolve } from "node:path";
import { labelProblem, unreadableLabels } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import type { ClassNames } from "#labels/yolo-boxes.ts";
import { claimsOfFolder, claimsOfList, labelFolderOf, type YoloPart } from "#labels/yolo-claims.ts";

/** What is used of data.yaml. */
interface DataYaml {
  readonly path?: unknown;
  readonly names?: unknown;
  readonly train?: unknown;
  readonly val?: unknown;
  readonly test?: unknown;
}

/**
 * Labels of a YOLO data set by its data.yaml (https://docs.ultralytics.com/datasets/detect/#ultralytics-yolo-format): class names, and
 * for each split a folder of images, a text file that lists them, or several of these.
 *
 * @throws PipelineError `settings` naming the file: no YAML, without names, a split that lies nowhere, or a line of a label file that is wrong
 */
export async function readYoloYaml(file: string): Promise<LabelSet> {
  const content = await readDataYaml(file);
  const names: ClassNames = { byNumber: classNames(content.names, file), file };
  const claims: LabelClaim[] = [];
  for (const part of partsOf(content, file)) {
    const found = part.path.endsWith(".txt") ? claimsOfList(part, names) : claimsOfFolder(part, names);
    for await (const claim of found) claims.push(claim);
  }
  return { file, claims, notes: [] };
}

async function readDataYaml(file: string): Promise<DataYaml> {
  // runs without YOLO's labels start sooner
  const { parse } = await import("yaml");
  try {
    const content: unknown = parse(await readFile(file, "utf8"));
    if (typeof content === "object" && content !== null) return content as DataYaml;
  } catch (error) {
    throw unreadableLabels(file, error);
  }
  throw labelProblem(file, "", "no keys", "YAML with names, train and val");
}

function classNames(names: unknown, file: string): Map<number, string> {
  const expected = "a list of class names, or each by its number";
  if (typeof names !== "object" || names === null)
    throw labelProblem(file, '"names"', names === undefined ? "none" : JSON.stringify(names), expected);
  const entries = Object.entries(names).map(([number, name]) => [Number(number), name] as const);
  for (const [number, name] of entries) {
    // YAML takes some names for numbers or truth values
    const isName = typeof name === "number" || typeof name === "boolean" || (typeof name === "string" && name !== "");
    if (!Number.isInteger(number) || !isName)
      throw labelProblem(file, '"names"', `${JSON.stringify(name)} for class ${number}`, expected);
  }
  return new Map(entries.map(([number, name]) => [number, String(name)]));
}

function partsOf(content: DataYaml, file: string): YoloPart[] {
  const parts = (["train", "val", "test"] as const).flatMap((split) => {
    const given = content[split] ?? [];
    const paths: unknown[] = Array.isArray(given) ? given : [given];
    return paths.map((path) => {
      if (typeof path !== "string") throw labelProblem(file, `"${split}"`, JSON.stringify(path), "a path");
      return { path: placeOf(path, content.path, file, split), split };
    });
  });
  if (parts.length === 0) throw labelProblem(file, "", "no split", "train, val or test");
  return parts;
}

/** Paths are relative to `path`, which may be one of another machine: then they are tried beside the file. */
function placeOf(part: string, root: unknown, file: string, split: string): string {
  const beside = dirname(resolve(file));
  const roots = typeof root === "string" && root !== "" ? [resolve(beside, root), beside] : [beside];
  // some tools write ../train/images for train/images
  const inside = part.replace(/^(\.\.\/)+/, "");
  const tried = isAbsolute(part) ? [part] : roots.flatMap((folder) => [resolve(folder, part), resolve(folder, inside)]);
  const found = tried.find((path) => existsSync(path) || existsSync(labelFolderOf(path)));
  if (found !== undefined) return found;
  const places = [...new Set(tried)].map((path) => `"${path}"`).join(", ");
  throw labelProblem(file, `"${split}"`, `nothing at ${places}`, "a folder of images, or a text file that lists them");
}
