import { expect, test } from "vitest";
import { pathListFiles } from "#exports/path-list.ts";
import { HARD_IDS, madeImages, textOf } from "../support/made-proposal.ts";

test("a path a line, best first; those with line ends are left out and told", () => {
  const { files, notes } = pathListFiles({ images: madeImages(HARD_IDS), classes: [], place: null });
  const kept = HARD_IDS.filter((id) => !/[\r\n]/.test(id));
  expect(textOf(files["paths.txt"])).toBe(kept.map((id) => `/photos of me/${id}\n`).join(""));
  expect(notes).toEqual([
    'Left 2 names of images out of list/paths.txt, which cannot hold line ends in names; the first is "new\\nline.png"',
  ]);
});

test("features without pictures are listed by their object ids", () => {
  const images = madeImages(["b", "a"]).map((image) => ({ ...image, file: undefined }));
  expect(textOf(pathListFiles({ images, classes: [], place: null }).files["paths.txt"])).toBe("b\na\n");
  expect(textOf(pathListFiles({ images, classes: [], place: "/mnt" }).files["paths.txt"])).toBe("/mnt/b\n/mnt/a\n");
  expect(textOf(pathListFiles({ images: [], classes: [], place: null }).files["paths.txt"])).toBe("");
});
