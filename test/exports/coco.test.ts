import { expect, test } from "vitest";
import { cocoFiles } from "#exports/coco.ts";
import { HARD_CLASSES, HARD_IDS, madeImages, textOf } from "../support/made-proposal.ts";
import { COCO_PYTHON, runPythonFile } from "../support/python.ts";

function instancesOf(ids: readonly string[], classes: readonly string[], place: string | null = null) {
  return JSON.parse(textOf(cocoFiles({ images: madeImages(ids), classes, place }).files["instances.json"]));
}

test("images, categories and no annotations stand where COCO has them, with the evidence beside", () => {
  const { info, licenses, categories, annotations, images } = instancesOf(HARD_IDS, HARD_CLASSES);
  expect(Object.keys(info)).toEqual(["description"]);
  expect([licenses, annotations]).toEqual([[], []]);
  expect(categories[2]).toEqual({ id: 3, name: " lead", supercategory: "" });
  expect(categories.map(({ name }: { name: string }) => name)).toEqual(HARD_CLASSES);
  expect(images.map(({ object_id }: { object_id: string }) => object_id)).toEqual(HARD_IDS);
  expect(images[0]).toMatchObject({ id: 1, file_name: "/photos of me/plain/a.jpg", width: 640, height: 480 });
  expect(images[0].twinsift).toMatchObject({ rank: 1, nearest_chosen_path: null, group_id: "", group_size: 1 });
});

test("names may be relative, or begin with another folder or an address", () => {
  const nameIn = (place: string) => instancesOf(["a b.jpg"], [], place).images[0].file_name;
  expect(nameIn("")).toBe("a b.jpg");
  expect(nameIn("/mnt/photos")).toBe("/mnt/photos/a b.jpg");
  expect(nameIn("https://images.example/")).toBe("https://images.example/a%20b.jpg");
});

test.skipIf(!COCO_PYTHON)("pycocotools reads it, also without candidates", () => {
  for (const [ids, classes] of [
    [HARD_IDS, HARD_CLASSES],
    [[], []],
  ]) {
    const instances = textOf(cocoFiles({ images: madeImages(ids), classes, place: null }).files["instances.json"]);
    const read = runPythonFile(
      "read-exports.py",
      { format: "coco", files: { "instances.json": instances } },
      COCO_PYTHON,
    );
    const { images, categories } = JSON.parse(instances);
    expect(read).toEqual({ images, categories, annotations: [] });
  }
});
