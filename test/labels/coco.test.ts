import { expect, test } from "vitest";
import { readWritten, toldBy } from "../support/label-files.ts";

// as https://cocodataset.org/#format-data has it
const COCO = {
  info: { year: 2017, version: "1.0", contributor: "somebody" },
  licenses: [{ id: 1, name: "Attribution License", url: "" }],
  images: [
    { id: 10, width: 64, height: 48, file_name: "a/1.jpg", license: 1, coco_url: "", date_captured: "" },
    { id: 11, width: 64, height: 48, file_name: "a/2.jpg" },
    { id: 12, width: 64, height: 48, file_name: "a/3.jpg" },
  ],
  annotations: [
    {
      id: 1,
      image_id: 10,
      category_id: 18,
      segmentation: [[1, 2, 3, 4, 5, 6]],
      area: 9,
      bbox: [1, 2, 3, 4],
      iscrowd: 0,
    },
    { id: 2, image_id: 10, category_id: 3, segmentation: { counts: [1, 2], size: [4, 4] }, iscrowd: 1 },
    { id: 3, image_id: 10, category_id: 18, bbox: [1, 2, 3, 4] },
    { id: 4, image_id: 12, category_id: 3, bbox: [1, 2, 3, 4] },
  ],
  categories: [
    { id: 3, name: "car", supercategory: "vehicle" },
    { id: 18, name: "dog", supercategory: "animal" },
  ],
};

test("a COCO image has its classes once each, and one without annotations has no label", async () => {
  const set = await readWritten({ "labels.json": COCO }, "labels.json");
  expect(toldBy(set)).toEqual(["a/1.jpg: car;dog, ", "a/3.jpg: car, "]);
  expect(set.claims[1]).toMatchObject({ nameIs: "path", place: "image 3" });
});

test.each([
  ["instances_train2017.json", "train"],
  ["instances_val.json", "val"],
  ["valid.json", "val"],
  ["my-test.json", "test"],
  ["valid/_annotations.coco.json", "val"],
  ["training.json", ""],
  ["contest.json", ""],
])("the file %j is for the split %j", async (file, split) => {
  const set = await readWritten({ [file]: COCO }, file);
  expect(toldBy(set)[0]).toBe(`a/1.jpg: car;dog, ${split}`);
  expect(set.claims).toHaveLength(split === "" ? 2 : 3);
});

test("the object id that an export of ours gave along comes with the name, whatever it is", async () => {
  const id = '=cmd()\r\n"\u2028<script>';
  const [image, , other] = COCO.images;
  const images = [
    { ...image, object_id: id },
    { ...other, twinsift: { object_id: "007" } },
  ];
  const set = await readWritten({ "c.json": { ...COCO, images } }, "c.json");
  expect(set.claims.map(({ objectId }) => objectId)).toEqual([id, "007"]);
});

test("a COCO file of images alone labels nothing", async () => {
  const { images } = COCO;
  expect((await readWritten({ "c.json": { images } }, "c.json")).claims).toEqual([]);
  expect((await readWritten({ "c.json": { images: [], annotations: [], categories: [] } }, "c.json")).claims).toEqual(
    [],
  );
});

test.each([
  [
    { annotations: [{ image_id: 99, category_id: 3 }] },
    /annotation 1: found image_id 99, expected an id of the list "images"/,
  ],
  [
    { annotations: [{ image_id: 10, category_id: 99 }] },
    /annotation 1: found category_id 99, expected an id of the list/,
  ],
  [{ annotations: [{ image_id: 10, caption: "A dog." }] }, /annotation 1: found category_id missing/],
  [{ annotations: [null] }, /"annotations": found null, expected records/],
  [{ categories: [{ id: 3 }] }, /category 1: found name missing, expected a class name/],
  [{ images: [{ id: 10 }], annotations: [] }, /image 1: found file_name missing, expected a file's name/],
  [{ images: [7], annotations: [] }, /"images": found 7, expected records/],
])("COCO with %j is an error that names the record", async (changes, message) => {
  await expect(readWritten({ "c.json": { ...COCO, ...changes } }, "c.json")).rejects.toThrow(message);
});
