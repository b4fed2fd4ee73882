import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLabels } from "#labels/read-labels.ts";
import { readWritten, toldBy } from "../support/label-files.ts";
import { writeFiles } from "../support/pictures.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("a folder for each class labels the images in it, however deep", async () => {
  const files = {
    "cat/1.jpg": "",
    "cat/deep/2.PNG": "",
    "dog 2/3.jpeg": "",
    "dog 2/notes.txt": "",
    "4.jpg": "",
    ".x/5.jpg": "",
  };
  const set = await readWritten(files);
  expect(toldBy(set)).toEqual(["cat/1.jpg: cat, ", "cat/deep/2.PNG: cat, ", "dog 2/3.jpeg: dog 2, "]);
  expect(set.claims[0].place).toBe("cat/1.jpg");
});

test("folders that are all named for splits are splits, with or without classes in them", async () => {
  const set = await readWritten({ "train/cat/1.jpg": "", "valid/cat/2.jpg": "", "test/3.jpg": "" });
  expect(toldBy(set)).toEqual(["test/3.jpg: , test", "train/cat/1.jpg: cat, train", "valid/cat/2.jpg: cat, val"]);
  const train = await readWritten({ "train/1.jpg": "", "bus/2.jpg": "" });
  expect(toldBy(train)).toEqual(["bus/2.jpg: bus, ", "train/1.jpg: train, "]);
});

test("links are followed to where the images lie, and not around in circles", async () => {
  const root = await temporaryFolder();
  await writeFiles(root, { "photos/a.jpg": "", "photos/b/c.jpg": "" });
  await mkdir(join(root, "labeled/cat"), { recursive: true });
  await symlink(join(root, "photos/a.jpg"), join(root, "labeled/cat/x.jpg"));
  await symlink(join(root, "photos/b"), join(root, "labeled/dog"));
  await symlink(join(root, "labeled"), join(root, "labeled/cat/again"));
  await symlink(join(root, "gone"), join(root, "labeled/cat/gone.jpg"));
  const [{ claims }] = await readLabels([join(root, "labeled")]);
  expect(claims.map(({ name, label }) => [name, label.label])).toEqual([
    [join(root, "photos/a.jpg"), "cat"],
    [join(root, "photos/b/c.jpg"), "dog"],
  ]);
});
