import { classLabel } from "#labels/class-label.ts";
import { labelProblem } from "#labels/label-problem.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { splitOfFile } from "#labels/split-name.ts";

/** What is used of COCO's format (https://cocodataset.org/#format-data); ids may be any JSON. */
export interface CocoContent {
  readonly images: readonly unknown[];
  readonly annotations?: readonly unknown[];
  readonly categories?: readonly unknown[];
}

type Fields = Readonly<Record<string, unknown>>;

export function isCoco(content: unknown): content is CocoContent {
  const { images, annotations = [], categories = [] } = (content ?? {}) as Partial<CocoContent>;
  return [images, annotations, categories].every(Array.isArray);
}

/**
 * Labels of COCO's instances: an image has the classes of its annotations. An image without annotations has no label, as COCO does not
 * tell whether anybody looked at it. Our own exports name images by `object_id`.
 *
 * @throws PipelineError `settings` naming the record: without what is needed, or of an image or category that is not listed
 */
export function cocoLabels(content: CocoContent, file: string): LabelSet {
  const problem = (place: string, found: string, expected: string) => labelProblem(file, place, found, expected);
  const nameOfCategory = categoryNames(content, file);
  const images = fieldsOf(content.images);
  const classesOf = new Map<unknown, Set<string>>(images.map(({ id }) => [id, new Set<string>()]));
  for (const [i, annotation] of fieldsOf(content.annotations).entries()) {
    const classes = classesOf.get(annotation.image_id);
    const place = `annotation ${i + 1}`;
    if (!classes) throw problem(place, `image_id ${told(annotation.image_id)}`, 'an id of the list "images"');
    const name = nameOfCategory.get(annotation.category_id);
    if (name === undefined)
      throw problem(place, `category_id ${told(annotation.category_id)}`, 'an id of the list "categories"');
    classes.add(name);
  }
  const split = splitOfFile(file);
  const claims: LabelClaim[] = [];
  for (const [i, image] of images.entries()) {
    const { id, file_name: name } = image;
    const place = `image ${i + 1}`;
    if (typeof name !== "string") throw problem(place, `file_name ${told(name)}`, "a file's name");
    const label = classLabel(classesOf.get(id) ?? []);
    if (label === "" && split === "") continue;
    claims.push({ name, nameIs: "path", ...carriedId(image), label: { label, split }, place });
  }
  return { file, claims, notes: [] };
}

/** By id. */
function categoryNames({ categories }: CocoContent, file: string): Map<unknown, string> {
  const names = new Map<unknown, string>();
  for (const [i, { id, name }] of fieldsOf(categories).entries()) {
    if (typeof name !== "string" || name === "") throw labelProblem(file, `category ${i + 1}`, "no name", "a name");
    names.set(id, name);
  }
  return names;
}

/** The object id that our export gave along. */
function carriedId({ object_id, twinsift }: Fields): { objectId?: string } {
  const inner = (twinsift as Fields | null | undefined)?.object_id;
  const id = typeof object_id === "string" ? object_id : inner;
  return typeof id === "string" ? { objectId: id } : {};
}

/** Records of a list; what is none has no fields. */
function fieldsOf(list: readonly unknown[] = []): Fields[] {
  return list.map((each) => (typeof each === "object" && each !== null ? (each as Fields) : {}));
}

function told(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
