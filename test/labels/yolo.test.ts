import { expect, test } from "vitest";
import { readWritten, toldBy } from "../support/label-files.ts";

const YAML =
  "path: ../elsewhere/coco8 # of another machine\ntrain: images/train\nval: images/val\ntest:\nnames:\n  0: person\n  1: 5\n  7: no\n";
const BOX = "0.5 0.5 0.2 0.3";

test("a YOLO data set has the classes of its label files, an empty one says background, none says the split alone", async () => {
  const set = await readWritten({
    "data.yaml": YAML,
    "images/train/a/1.jpg": "",
    "images/train/2.png": "",
    "images/train/3.webp": "",
    "images/val/4.jpg": "",
    "labels/train/a/1.txt": `7 ${BOX}\n0 ${BOX}\r\n\n7 ${BOX} 0.9\n`,
    "labels/train/2.txt": "",
    "labels/val/4.txt": `1 0.1 0.1 0.2 0.2 0.3 0.3\n`,
    "labels/val/5.txt": `0 ${BOX}`,
    "labels/train.cache": "x",
  });
  expect(toldBy(set).sort()).toEqual([
    "images/train/2.png: background, train",
    "images/train/3.webp: , train",
    "images/train/a/1.jpg: no;person, train",
    "images/val/4.jpg: 5, val",
    "images/val/5: person, val",
  ]);
  expect(set.claims.find(({ name }) => name === "images/val/5")).toMatchObject({
    ...{ nameIs: "stem", place: "labels/val/5.txt" },
  });
});

test("splits may be text files and lists of folders, and names a list", async () => {
  const set = await readWritten(
    {
      "my.yml": "train: [one/images, two/images]\nval: ../val.txt\nnames: [cat, dog]",
      "val.txt": "./images/3.jpg\n\nimages/4.jpg\r\ns3://bucket/a/5.jpg\nimages/6 .jpg \n",
      "one/images/1.jpg": "",
      "one/labels/1.txt": `0 ${BOX}`,
      "two/labels/2.txt": `1 ${BOX}`,
      "labels/3.txt": `1 ${BOX}`,
    },
    "my.yml",
  );
  expect(toldBy(set)).toEqual([
    "one/images/1.jpg: cat, train",
    "two/images/2: dog, train",
    "images/3.jpg: dog, val",
    "images/4.jpg: , val",
    "s3://bucket/a/5.jpg: , val",
    "images/6 .jpg : , val",
  ]);
});

test("classes.txt stands beside the label files or beside their folder, as LabelImg and Label Studio have it", async () => {
  const beside = {
    "images/classes.txt": "cat\ndog\n",
    "images/1.jpg": "",
    "images/1.txt": `1 ${BOX}`,
    "images/2.txt": "",
  };
  expect(toldBy(await readWritten(beside, "images"))).toEqual(["images/1.jpg: dog, ", "images/2: background, "]);
  const above = {
    "classes.txt": "cat\r\ndog",
    "labels/1.txt": `0 ${BOX}`,
    "labels/val/2.txt": `1 ${BOX}`,
    "notes.json": {},
  };
  expect(toldBy(await readWritten(above))).toEqual(["images/1: cat, ", "images/val/2: dog, val"]);
});

test.each<[Record<string, string>, RegExp]>([
  [
    { "labels/train/1.txt": `3 ${BOX}` },
    /1\.txt", line 1: found class number 3, expected one of the 3 classes in ".*data.yaml"/,
  ],
  [{ "labels/train/1.txt": `0 ${BOX}\n0 0.5 0.5 0.` }, /line 2: found "0 0.5 0.5 0.", expected a class number and/],
  [{ "labels/train/1.txt": `person ${BOX}` }, /line 1: found "person 0.5/],
  [{ "labels/train/1.txt": `0.5 ${BOX}` }, /found class number 0.5/],
  [{ "data.yaml": "names: [a\n  - b: {" }, /Cannot read label file ".*data.yaml"/],
  [{ "data.yaml": "train: images" }, /"names": found none, expected a list of class names/],
  [{ "data.yaml": "names: 3\ntrain: images" }, /"names": found 3, expected a list of class names/],
  [{ "data.yaml": "names: [a, {b: c}]\ntrain: images" }, /found {"b":"c"} for class 1/],
  [{ "data.yaml": "names: [a]" }, /found no split, expected train, val or test/],
  [{ "data.yaml": "names: [a]\ntrain: 5" }, /"train": found 5, expected a path/],
  [{ "data.yaml": "names: [a]\nval: gone" }, /"val": found nothing at ".*gone", expected a folder of images/],
  [{ "data.yaml": "just text" }, /found no keys, expected YAML with names/],
])("a YOLO data set with %j is an error that names the file", async (files, message) => {
  const all = { "data.yaml": YAML, "images/train/1.jpg": "", "images/val/2.jpg": "", ...files };
  await expect(readWritten(all)).rejects.toThrow(message);
});
