import { expect, test } from "vitest";
import { yoloFiles } from "#exports/yolo.ts";
import { HARD_CLASSES, HARD_IDS, madeImages, RANDOM_NAMES, textOf, without } from "../support/made-proposal.ts";
import { hasYaml, runPythonFile } from "../support/python.ts";

test("data.yaml names its list and the classes by number, with one in the place of none", () => {
  const { files } = yoloFiles({ images: [], classes: ["cat", 'a "b"\\\n'], place: null });
  expect(textOf(files["data.yaml"])).toBe(
    'train: candidates.txt\nval: # your validation images\nnames:\n  0: "cat"\n  1: "a \\"b\\"\\\\\\U0000000a"\n',
  );
  const { files: empty } = yoloFiles({ images: [], classes: [], place: null });
  expect(textOf(empty["data.yaml"])).toContain('names:\n  0: "object"\n');
  expect(textOf(empty["candidates.txt"])).toBe("");
});

test("evidence is a row an image, also of those that the list cannot name", () => {
  const { tables, notes } = yoloFiles({ images: madeImages(HARD_IDS), classes: [], place: "x" });
  const { columns, rows } = tables?.evidence ?? { columns: [], rows: [] };
  expect(columns).toEqual(
    ["image", "rank", "object_id", "nearest_labeled_path", "nearest_labeled_distance"].concat([
      "nearest_chosen_path",
      "nearest_chosen_distance",
      "coverage_radius",
      "group_id",
      "group_size",
      "sha256",
    ]),
  );
  const cells = [...rows];
  expect(cells.map((row) => row[2])).toEqual(HARD_IDS);
  expect(cells[0].slice(0, 5)).toEqual(["x/plain/a.jpg", 1, "plain/a.jpg", undefined, undefined]);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/^Left 5 names of images out of yolo\/candidates\.txt, .*"new\\nline\.png"$/);
});

test.skipIf(!hasYaml)("Ultralytics' ways of reading give the same images and classes", () => {
  const { files } = yoloFiles({ images: madeImages(HARD_IDS), classes: HARD_CLASSES, place: null });
  const texts = { "data.yaml": textOf(files["data.yaml"]), "candidates.txt": textOf(files["candidates.txt"]) };
  const { data, images } = runPythonFile("read-exports.py", { format: "yolo", files: texts }) as {
    data: { train: string; val: null; names: Record<string, string> };
    images: string[];
  };
  expect(data).toMatchObject({ train: "candidates.txt", val: null });
  expect(Object.values(data.names)).toEqual(HARD_CLASSES);
  expect(Object.keys(data.names)).toEqual(HARD_CLASSES.map((_, i) => String(i)));
  const kept = without(HARD_IDS, "\n\r\t\u0007\u2028");
  expect(images).toEqual(kept.map((id) => `/photos of me/${id}`));
});

test.skipIf(!hasYaml)("names of any characters are read back as they were", () => {
  const { files } = yoloFiles({ images: [], classes: RANDOM_NAMES, place: null });
  const texts = { "data.yaml": textOf(files["data.yaml"]), "candidates.txt": "" };
  const { data } = runPythonFile("read-exports.py", { format: "yolo", files: texts }) as {
    data: { names: Record<string, string> };
  };
  expect(Object.values(data.names)).toEqual(RANDOM_NAMES);
});
