/** The label of an image that somebody looked at and found none of the classes in. */
export const BACKGROUND = "background";

/** The one label of an image with several classes: each once, in the order of their code units, joined by `;`. */
export function classLabel(classes: Iterable<string>): string {
  return [...new Set(classes)].sort().join(";");
}
