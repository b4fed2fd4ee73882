/** What one person found in a picture: classes, or that none of them is there. */
export type Classes = readonly string[] | "nothing";

type Fields = Readonly<Record<string, unknown>>;

/** Keys of a value that name classes: choices, labels, rectanglelabels, polygonlabels, brushlabels, … */
const NAMES_CLASSES = /^(choices|[a-z]*labels)$/;

/** Classes of an annotation's `result` (https://labelstud.io/guide/task_format). */
export function classesOfResults(results: unknown): Classes {
  if (!Array.isArray(results)) return [];
  if (results.length === 0) return "nothing";
  return results.flatMap((result: Fields | null) => classesOfValue(result?.value));
}

/**
 * Classes of a record of JSON-MIN, which are between its `id` and its `annotator`, by the names of the controls
 * (https://github.com/HumanSignal/label-studio-sdk, converter/converter.py). A control's single choice stands there as plain text, and so does a single line
 * that somebody wrote: both count as a class.
 *
 * @param image the name of the image, which is none
 */
export function classesOfMinimal(record: Fields, image: string | undefined): Classes {
  const keys = Object.keys(record);
  const [first, last] = [keys.indexOf("id") + 1, keys.indexOf("annotator")];
  const between = keys.slice(first, last < first ? undefined : last);
  const controls = between.filter((key) => !NO_CONTROLS.has(key) && record[key] !== image);
  if (controls.length === 0) return "nothing";
  return controls.flatMap((key) => {
    const found = record[key];
    if (typeof found === "string") return [found];
    return (Array.isArray(found) ? found : [found]).flatMap((each) =>
      typeof each === "string" ? [each] : classesOfValue(each),
    );
  });
}

const NO_CONTROLS = new Set("object_id annotator annotation_id created_at updated_at lead_time agreement".split(" "));

function classesOfValue(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, names]) => {
    if (!Array.isArray(names)) return [];
    if (NAMES_CLASSES.test(key)) return names.filter(isName);
    // paths down a tree of classes
    if (key === "taxonomy") return names.filter(Array.isArray).map((path) => path.filter(isName).join("/"));
    return [];
  });
}

function isName(name: unknown): name is string {
  return typeof name === "string" && name !== "";
}
