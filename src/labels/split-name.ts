import { basename, dirname } from "node:path";

const SPLITS: Readonly<Record<string, string>> = {
  train: "train",
  val: "val",
  valid: "val",
  validation: "val",
  test: "test",
};

/** The split that a folder or a key is named for, in the words train, val and test; undefined where it is named for none. */
export function splitNamed(name: string): string | undefined {
  return Object.hasOwn(SPLITS, name) ? SPLITS[name] : undefined;
}

/**
 * The split that a file of labels is for by its name: the last word before `.json`, with or without a year, as in
 * `instances_train2017.json`; or the folder of Roboflow's `_annotations.coco.json`. Empty where neither names one.
 */
export function splitOfFile(file: string): string {
  const name = basename(file);
  const lastWord = /(?:^|[_-])([a-z]+)(?:\d{4})?\.json$/i.exec(name)?.[1] ?? "";
  const word = name === "_annotations.coco.json" ? basename(dirname(file)) : lastWord;
  return splitNamed(word.toLowerCase()) ?? "";
}
