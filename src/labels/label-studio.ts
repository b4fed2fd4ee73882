import { BACKGROUND, classLabel } from "#labels/class-label.ts";
import { labelProblem } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { type Classes, classesOfMinimal, classesOfResults } from "#labels/label-studio-classes.ts";
import { SharedLabels } from "#labels/shared-labels.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A task as both of Label Studio's forms tell it. */
interface Task {
  readonly place: string;
  /** Path or address of its image, or what it has instead of one. */
  readonly image: string | undefined;
  readonly objectId: string | undefined;
  readonly keys: readonly string[];
  readonly opinions: Opinions;
}

/** What each person said of a task, and what of this is marked as the truth. */
interface Opinions {
  readonly all: Classes[];
  readonly truth: Classes[];
}

/**
 * Labels of Label Studio's JSON and JSON-MIN (https://labelstud.io/guide/export.html): classes of choices, boxes, polygons and whatever else
 * has labels. Skipped tasks and predictions have none; an annotation without a result says that none of the classes is there. Where
 * annotations differ, `ground_truth` decides, else the image has no label.
 */
export class LabelStudioTasks {
  readonly #file: string;
  readonly #tasks: Task[] = [];
  /** Of JSON-MIN, which has an annotation a record and several of them with one id. */
  readonly #byId = new Map<unknown, Task>();
  #number = 0;
  #others = 0;

  constructor(file: string) {
    this.#file = file;
  }

  add(record: unknown): void {
    this.#number++;
    if (isFullTask(record)) this.#addTask(record, record.data, opinionsOf(record));
    else if (isMinimalTask(record)) {
      const task = this.#byId.get(record.id) ?? this.#addTask(record, record, { all: [], truth: [] });
      task.opinions.all.push(classesOfMinimal(record, task.image));
      this.#byId.set(record.id, task);
    } else this.#others++;
  }

  /** Whether a list, without its records, was one of tasks. */
  areAllOf(outline: unknown): boolean {
    return this.#others === 0 && Array.isArray(outline) && outline.length === this.#number;
  }

  /** @throws PipelineError `settings` naming the task that has a label and no path of an image */
  finish(): LabelSet {
    const claims: LabelClaim[] = [];
    const disagreed: string[] = [];
    const labels = new SharedLabels();
    for (const { opinions, image, objectId, keys, place } of this.#tasks) {
      const label = labelOf(opinions);
      if (label === "") continue;
      if (image === undefined) {
        const found = `data with ${keys.join(", ") || "no keys"}`;
        throw labelProblem(this.#file, place, found, 'the image\'s path or address as "image"');
      }
      if (label === undefined) disagreed.push(image);
      else {
        claims.push({ name: image, nameIs: "path", objectId, label: labels.of(label, ""), place });
      }
    }
    return { file: this.#file, claims, notes: describeDisagreement(this.#file, disagreed) };
  }

  #addTask({ id }: Fields, data: Fields, opinions: Opinions): Task {
    const place = `task ${typeof id === "number" ? id : `${this.#number} of the list`}`;
    const image = imageOf(data);
    const objectId = typeof data.object_id === "string" ? data.object_id : undefined;
    const task = { place, image, objectId, keys: image === undefined ? Object.keys(data) : [], opinions };
    this.#tasks.push(task);
    return task;
  }
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
