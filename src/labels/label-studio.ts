import { BACKGROUND, classLabel } from "#labels/class-label.ts";
import { labelProblem } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { type Classes, classesOfMinimal, classesOfResults } from "#labels/label-studio-classes.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A task as both of Label Studio's forms tell it. */
interface Task {
  readonly data: Fields;
  readonly place: string;
  /** What each person said of it; those that are the truth alone where there are any. */
  readonly opinions: Opinions;
}

interface Opinions {
  readonly all: Classes[];
  readonly truth: Classes[];
}

export function isLabelStudio(content: unknown): content is readonly Fields[] {
  return Array.isArray(content) && content.every((each) => isFullTask(each) || isMinimalTask(each));
}

/**
 * Labels of Label Studio's JSON and JSON-MIN (https://labelstud.io/guide/export.html): classes of choices, boxes, polygons and whatever else
 * has labels. Skipped tasks and predictions have none; an annotation without a result says that none of the classes is there. Where
 * annotations differ, `ground_truth` decides, else the image has no label.
 *
 * @throws PipelineError `settings` naming the task: without a path of an image
 */
export function labelStudioLabels(content: readonly Fields[], file: string): LabelSet {
  const claims: LabelClaim[] = [];
  const disagreed: string[] = [];
  for (const task of tasksOf(content)) {
    const label = labelOf(task.opinions);
    if (label === "") continue;
    const name = imageOf(task.data);
    if (name === undefined) {
      const found = `data with ${Object.keys(task.data).join(", ") || "no keys"}`;
      throw labelProblem(file, task.place, found, 'the image\'s path or address as "image"');
    }
    if (label === undefined) disagreed.push(name);
    else {
      const carried = typeof task.data.object_id === "string" ? { objectId: task.data.object_id } : {};
      claims.push({ name, nameIs: "path", ...carried, label: { label, split: "" }, place: task.place });
    }
  }
  return { file, claims, notes: describeDisagreement(file, disagreed) };
}

function describeDisagreement(file: string, disagreed: readonly string[]): string[] {
  if (disagreed.length === 0) return [];
  const found = `annotations of ${disagreed.length} tasks in "${file}" differ, the first of ${JSON.stringify(disagreed[0])}`;
  return [`Passed over labels: ${found}; mark the right one as ground truth`];
}

/** Empty where nobody labeled it, undefined where people differ. */
function labelOf({ all, truth }: Opinions): string | undefined {
  const opinions = truth.length > 0 ? truth : all;
  const labels = new Set(opinions.map((classes) => (classes === "nothing" ? BACKGROUND : classLabel(classes))));
  labels.delete("");
  return labels.size > 1 ? undefined : ([...labels][0] ?? "");
}

function tasksOf(content: readonly Fields[]): Task[] {
  const tasks: Task[] = [];
  const minimal = new Map<unknown, Task>();
  for (const [i, record] of content.entries()) {
    const place = `task ${typeof record.id === "number" ? record.id : `${i + 1} of the list`}`;
    if (isFullTask(record)) tasks.push({ data: record.data, place, opinions: opinionsOf(record) });
    else {
      // an annotation a record, several of them with one id
      const known = minimal.get(record.id);
      const task: Task = known ?? { data: record, place, opinions: { all: [], truth: [] } };
      task.opinions.all.push(classesOfMinimal(record, imageOf(record)));
      if (!known) tasks.push(task);
      if (record.id !== undefined) minimal.set(record.id, task);
    }
  }
  return tasks;
}

function opinionsOf({ annotations }: Fields): Opinions {
  const given = (Array.isArray(annotations) ? annotations : []) as readonly Fields[];
  const valid = given.filter((each) => typeof each === "object" && each !== null && each.was_cancelled !== true);
  const classes = (some: readonly Fields[]) => some.map(({ result }) => classesOfResults(result));
  return { all: classes(valid), truth: classes(valid.filter(({ ground_truth }) => ground_truth === true)) };
}

function isFullTask(record: unknown): record is Fields & { readonly data: Fields } {
  const data = (record as Fields | null)?.data;
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

function isMinimalTask(record: unknown): record is Fields {
  return (
    typeof record === "object" &&
    record !== null &&
    "id" in record &&
    ("annotation_id" in record || "annotator" in record)
  );
}

const IMAGE_NAME = /\.(jpe?g|png|webp|gif|tiff?|bmp|avif|hei[cf]|svg|jxl)(?:[?#].*)?$/i;

/** Which of a task's data the labeling configuration shows as the image is not told: `image` by custom, else what looks like one. */
function imageOf(data: Fields): string | undefined {
  if (typeof data.image === "string") return data.image;
  return Object.values(data).find((value): value is string => typeof value === "string" && IMAGE_NAME.test(value));
}
