import { readFile } from "node:fs/promises";
import { BACKGROUND, classLabel } from "#labels/class-label.ts";
import { labelProblem, unreadableLabels } from "#labels/label-problem.ts";

/** A class number and a box: the fewest numbers of a line. */
const FEWEST = 5;

/** The names of classes by their numbers, and where they stand. */
export interface ClassNames {
  readonly byNumber: ReadonlyMap<number, string>;
  readonly file: string;
}

/**
 * The label of an image by its YOLO file: a line an object, its class number and the numbers of its box, polygon or key points
 * (https://docs.ultralytics.com/datasets/detect/). An empty file says that none of the classes is there.
 *
 * @returns undefined where there is no such file
 * @throws PipelineError `settings` naming the line
 */
export async function yoloLabel(file: string, names: ClassNames): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadableLabels(file, error);
  }
  const classes: string[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const cells = line.trim().split(/\s+/);
    if (cells[0] === "") continue;
    classes.push(classOf(cells, names, { file, place: `line ${i + 1}` }));
  }
  return classes.length === 0 ? BACKGROUND : classLabel(classes);
}

function classOf(
  cells: readonly string[],
  names: ClassNames,
  { file, place }: { readonly file: string; readonly place: string },
): string {
  const numbers = cells.map(Number);
  if (cells.length < FEWEST || !numbers.every(Number.isFinite)) {
    const found = JSON.stringify(cells.join(" ").slice(0, 60));
    throw labelProblem(file, place, found, "a class number and at least four numbers of a box or polygon");
  }
  const name = names.byNumber.get(numbers[0]);
  if (name === undefined) {
    const known = names.byNumber.size;
    throw labelProblem(file, place, `class number ${cells[0]}`, `one of the ${known} classes in "${names.file}"`);
  }
  return name;
}
