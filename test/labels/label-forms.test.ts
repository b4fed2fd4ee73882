import { join } from "node:path";
import { expect, test } from "vitest";
import { readLabels } from "#labels/read-labels.ts";
import { readWritten, toldBy } from "../support/label-files.ts";
import { writeFiles } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("files without a telling extension are known by what they begin with", async () => {
  expect(toldBy(await readWritten({ labels: "\ufeffsplit,path,label\ntrain,a,cat\n" }, "labels"))).toEqual([
    "a: cat, train",
  ]);
  expect(toldBy(await readWritten({ "export.txt": ' \n{"images": []}' }, "export.txt"))).toEqual([]);
  expect(toldBy(await readWritten({ "e.json": "\ufeff[]" }, "e.json"))).toEqual([]);
});

const FORMS = /expected a CSV with the columns path,label.*COCO.*Label Studio.*CVAT.*YOLO.*sub-folder/;

test.each<[string, Record<string, string>]>([
  ["l.bin", { "l.bin": "\u0000\u0001" }],
  ["l.json", { "l.json": '{"a": 1}' }],
  ["l.json", { "l.json": "[1, 2]" }],
  ["l.json", { "l.json": "3" }],
  ["l.json", { "l.json": '{"images": {}, "annotations": []}' }],
  ["l", { l: "" }],
  ["", { "a.txt": "", "b.json": "{}" }],
  ["empty", { "empty/.hidden/x.jpg": "" }],
])("what is no label file is refused with the forms that are known: %j", async (path, files) => {
  await expect(readWritten(files, path)).rejects.toThrow(FORMS);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    "l.json",
    { "l.json": '{"images": [{"id": 1, "file' },
    /Cannot read label file ".*l.json".*export it again if it was cut off/,
  ],
  ["l.json", { "l.json": "" }, /Cannot read label file ".*l.json"/],
  ["l.csv", { "l.csv": 'path,label\n"a,cat\n' }, /Cannot read label file ".*l.csv": Quote Not Closed/],
  ["", { "images/1.jpg": "", "labels/1.txt": "" }, /found no class but "images", expected data.yaml or classes.txt/],
  ["", { "a.yaml": "names: [x]", "b.yaml": "names: [y]" }, /found "a.yaml" and "b.yaml", expected one file/],
])("broken or cut off labels are an error that names the file: %j %j", async (path, files, message) => {
  await expect(readWritten(files, path)).rejects.toThrow(message);
});

test("labels that are nowhere are an error", async () => {
  await expect(readLabels(["/nowhere/labels"])).rejects.toThrow(/label file "\/nowhere\/labels".*ENOENT/);
});

test("two CSV files that contradict one another are refused before the images are known", async () => {
  const root = await temporaryFolder();
  const csv = "path,label,split\na,cat,\nb,,val\n";
  await writeFiles(root, { "1.csv": csv, "2.csv": "path,label\nb,dog\nc,cat\n", "3.csv": "path,label\na,dog\n" });
  const paths = (...names: string[]) => names.map((name) => join(root, `${name}.csv`));
  expect(await readLabels(paths("1", "2"))).toHaveLength(2);
  await expect(readLabels(paths("1", "2", "3"))).rejects.toThrow(
    /found "a" as "dog," in ".*3.csv", line 2, after "cat," in ".*1.csv", line 2; expected one label an image/,
  );
});
