import { classLabel } from "#labels/class-label.ts";
import { labelProblem } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { splitOfFile } from "#labels/split-name.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is kept of an image; ids may be any JSON. */
interface Image {
  readonly id: unknown;
  readonly name: string;
  readonly objectId?: string;
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
    const classesOf = new Map<unknown, string[]>(this.#images.map(({ id }) => [id, []]));
    for (const [i, imageId] of this.#imageIds.entries()) {
      const place = `annotation ${i + 1}`;
      const classes = classesOf.get(imageId);
      if (!classes) throw this.#problem(place, `image_id ${told(imageId)}`, 'an id of the list "images"');
      const name = this.#nameOfCategory.get(this.#categoryIds[i]);
      if (name === undefined) {
        const found = `category_id ${told(this.#categoryIds[i])}`;
        throw this.#problem(place, found, 'an id of the list "categories"');
      }
      classes.push(name);
    }
    const split = splitOfFile(this.#file);
    const claims: LabelClaim[] = [];
    for (const [i, { id, ...image }] of this.#images.entries()) {
      const label = classLabel(classesOf.get(id) ?? []);
      if (label === "" && split === "") continue;
      claims.push({ ...image, nameIs: "path", label: { label, split }, place: `image ${i + 1}` });
    }
    return { file: this.#file, claims, notes: [] };
  }

  #addImage({ id, file_name: name, object_id, twinsift }: Fields): void {
    if (typeof name !== "string")
      throw this.#problem(`image ${this.#images.length + 1}`, `file_name ${told(name)}`, "a file's name");
    const inner = (twinsift as Fields | null | undefined)?.object_id;
    const objectId = typeof object_id === "string" ? object_id : inner;
    this.#images.push({ id, name, ...(typeof objectId === "string" ? { objectId } : {}) });
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

function told(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
