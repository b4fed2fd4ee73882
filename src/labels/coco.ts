import { classLabel } from "#labels/class-label.ts";
import { labelProblem } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { SharedLabels } from "#labels/shared-labels.ts";
import { splitOfFile } from "#labels/split-name.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is kept of an image; ids may be any JSON. */
interface Image {
  readonly id: unknown;
  readonly name: string;
  readonly objectId: string | undefined;
}

const LISTS = ["images", "annotations", "categories"] as const;

/** Whether JSON, without its records, has the lists of COCO. */
export function isCoco(outline: unknown): boolean {
  const { images, annotations = [], categories = [] } = (outline ?? {}) as Fields;
  return [images, annotations, categories].every(Array.isArray);
}

/**
 * Labels of COCO's instances (https://cocodataset.org/#format-data): an image has the classes of its annotations. An image without
 * annotations has no label, as COCO does not tell whether anybody looked at it. Our own exports name images by `object_id`.
 */
export class CocoRecords {
  readonly #file: string;
  readonly #images: Image[] = [];
  readonly #nameOfCategory = new Map<unknown, string>();
  /** By annotation. */
  readonly #imageIds: unknown[] = [];
  readonly #categoryIds: unknown[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws PipelineError `settings` naming the record that lacks what is needed */
  add(list: string, record: unknown): void {
    const fields = record as Fields;
    if (list === "images") this.#addImage(fields);
    else if (list === "categories") this.#addCategory(fields);
    else if (list === "annotations") {
      this.#imageIds.push(fields.image_id);
      this.#categoryIds.push(fields.category_id);
    }
  }

  /**
   * @param outline the file's JSON without its records
   * @throws PipelineError `settings` naming the annotation of an image or a category that is not listed
   */
  finish(outline: unknown): LabelSet {
    this.#refuseOthers(outline as Fields);
    const numberOf = new Map<unknown, number>();
    for (const [i, { id }] of this.#images.entries()) numberOf.set(id, i);
    // most images have one class, and a list for each takes ten times as much memory
    const classesOf = new Array<string | string[] | undefined>(this.#images.length).fill(undefined);
    for (const [i, imageId] of this.#imageIds.entries()) {
      const place = `annotation ${i + 1}`;
      const image = numberOf.get(imageId);
      if (image === undefined) throw this.#problem(place, `image_id ${told(imageId)}`, 'an id of the list "images"');
      const name = this.#nameOfCategory.get(this.#categoryIds[i]);
      if (name === undefined) {
        const found = `category_id ${told(this.#categoryIds[i])}`;
        throw this.#problem(place, found, 'an id of the list "categories"');
      }
      classesOf[image] = withClass(classesOf[image], name);
    }
    const split = splitOfFile(this.#file);
    const claims: LabelClaim[] = [];
    const labels = new SharedLabels();
    for (const [i, { id, name, objectId }] of this.#images.entries()) {
      const classes = classesOf[numberOf.get(id) ?? i];
      const label = typeof classes === "string" ? classes : classLabel(classes ?? []);
      if (label === "" && split === "") continue;
      claims.push({ name, nameIs: "path", objectId, label: labels.of(label, split), place: `image ${i + 1}` });
    }
    return { file: this.#file, claims, notes: [] };
  }

  #addImage({ id, file_name: name, object_id, twinsift }: Fields): void {
    if (typeof name !== "string")
      throw this.#problem(`image ${this.#images.length + 1}`, `file_name ${told(name)}`, "a file's name");
    const inner = (twinsift as Fields | null | undefined)?.object_id;
    const objectId = typeof object_id === "string" ? object_id : inner;
    this.#images.push({ id, name, objectId: typeof objectId === "string" ? objectId : undefined });
  }

  #addCategory({ id, name }: Fields): void {
    if (typeof name !== "string" || name === "")
      throw this.#problem(`category ${this.#nameOfCategory.size + 1}`, `name ${told(name)}`, "a class name");
    this.#nameOfCategory.set(id, name);
  }

  /** Numbers and texts in the lists are none of the records. */
  #refuseOthers(outline: Fields): void {
    for (const list of LISTS) {
      const other = ((outline[list] ?? []) as unknown[]).find((each) => each !== 0);
      if (other !== undefined) throw this.#problem(`"${list}"`, told(other), "records");
    }
  }

  #problem(place: string, found: string, expected: string) {
    return labelProblem(this.#file, place, found, expected);
  }
}

function withClass(classes: string | string[] | undefined, name: string): string | string[] {
  if (classes === undefined || classes === name) return name;
  if (typeof classes === "string") return [classes, name];
  if (!classes.includes(name)) classes.push(name);
  return classes;
}

function told(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
