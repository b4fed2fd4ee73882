import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isLabeled } from "#data/label.ts";
import { labelImages } from "#labels/label-images.ts";
import type { LabelClaim, LabelSet } from "#labels/label-set.ts";
import { readLabelCsv } from "#labels/read-label-csv.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function read(content: string) {
  const file = join(await temporaryFolder(), "labels.csv");
  await writeFile(file, content);
  return (await readLabelCsv(file)).claims.map(({ name, label }) => [name, label]);
}

function image(id: string, folderLabel = "") {
  return { id, folderLabel, reference: folderLabel !== "", width: 1, height: 1, bytes: 1, sha256: "" };
}

test("readLabelCsv() reads columns in any order, with BOM, quotes, CRLF and newlines in paths", async () => {
  const labels = await read('\ufefflabel,path,split\r\ncat,"a,""1"".jpg",train\r\ndog,"b\n2.jpg",\r\n');
  expect(labels).toEqual([
    ['a,"1".jpg', { label: "cat", split: "train" }],
    ["b\n2.jpg", { label: "dog", split: "" }],
  ]);
});

test("readLabelCsv() takes the same line twice, but not two labels for a path", async () => {
  expect(await read("path,label\na,cat\na,cat\n")).toHaveLength(1);
  await expect(read("path,label\na,cat\nb,dog\na,dog\n")).rejects.toThrow(
    /line 4: found "a" as "dog," after "cat," in line 2/,
  );
});

test.each([
  ["", /line 1: found an empty file, expected path,label/],
  ["file,class\na,b\n", /line 1: found the columns file,class, expected path,label\[,split\]/],
  ["path,label\na\n", /line 2: found 1 cells, expected 2 as in the header/],
  ["path,label\na,cat\n,dog\n", /line 3: found an empty path, expected an object id/],
])("readLabelCsv() names the line that is wrong: %j", async (content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});

test("readLabelCsv() says when the file is missing", async () => {
  await expect(readLabelCsv("nowhere/labels.csv")).rejects.toThrow(/label file "nowhere\/labels.csv".*ENOENT/);
});

test("cells that were made harmless for spreadsheets are read back", async () => {
  expect(await read("path,label\n'=cmd(),'+1\n'it's,''\n")).toEqual([
    ["=cmd()", { label: "+1", split: "" }],
    ["'it's", { label: "''", split: "" }],
  ]);
});

test("an empty label is one that is not known yet, and its split is kept", async () => {
  expect(await read("path,label,split\na,,val\n")).toEqual([["a", { label: "", split: "val" }]]);
  expect(isLabeled({ label: "", split: "val" })).toBe(false);
  expect(isLabeled({ label: "cat", split: "" })).toBe(true);
  expect(isLabeled(undefined)).toBe(false);
});

/** A file that gives object ids the label cat. */
function csv(ids: readonly string[], { file = "l.csv", label = "cat", split = "" } = {}): LabelSet {
  const claims = ids.map((name, i): LabelClaim => {
    return { name, nameIs: "object-id", label: { label, split }, place: `line ${i + 2}` };
  });
  return { file, claims, notes: [] };
}

/** A tool's file that gives paths the labels of the same places. */
function tool(paths: readonly string[], labels: readonly string[], file = "tool.json"): LabelSet {
  const claims = paths.map((name, i): LabelClaim => {
    return { name, nameIs: "path", label: { label: labels[i], split: "" }, place: `image ${i + 1}` };
  });
  return { file, claims, notes: [] };
}

test("labelImages() prefers the file to the folder and tells which paths it does not know", () => {
  const { labels, notes } = labelImages([image("a", "dogs"), image("b", "dogs"), image("c")], [csv(["a", "z", "y"])]);
  expect(labels).toEqual([{ label: "cat", split: "" }, { label: "dogs", split: "" }, undefined]);
  expect(notes).toEqual([
    'Passed over labels: 2 paths in "l.csv" name no image of this run, the first "z"; paths are object ids such as "a"',
  ]);
});

test("a folder's label is kept where a file knows the split alone", () => {
  const { labels } = labelImages([image("a", "dogs"), image("b")], [csv(["a", "b"], { label: "", split: "val" })]);
  expect(labels).toEqual([
    { label: "dogs", split: "val" },
    { label: "", split: "val" },
  ]);
});

test("two files add up, and one that contradicts another is an error that names both places", () => {
  const images = [image("a/1.jpg"), image("b/2.jpg")];
  const splits = csv(["a/1.jpg"], { file: "splits.csv", label: "", split: "train" });
  const { labels } = labelImages(images, [splits, csv(["a/1.jpg"]), csv(["b/2.jpg"])]);
  expect(labels).toEqual([
    { label: "cat", split: "train" },
    { label: "cat", split: "" },
  ]);
  const dogs = tool(["images/b/2.jpg", "images/a/1.jpg"], ["cat", "dog"]);
  expect(() => labelImages(images, [csv(["a/1.jpg"]), dogs])).toThrow(
    'found "a/1.jpg" as "dog," in "tool.json", image 2 by the name "images/a/1.jpg", after "cat," in "l.csv", line 2',
  );
  expect(() => labelImages(images, [csv(["a/1.jpg"]), csv(["a/1.jpg"], { file: "m.csv", label: "dog" })])).toThrow(
    'found "a/1.jpg" as "dog," in "m.csv", line 2, after "cat," in "l.csv", line 2',
  );
});

test("one image under one name with two labels in a tool's file is an error, under two addresses of one path too", () => {
  const images = [image("a/1.jpg")];
  const twice = tool(["x/a/1.jpg", "x/a/1.jpg"], ["cat", "dog"]);
  expect(() => labelImages(images, [twice])).toThrow(/image 2 by the name "x\/a\/1.jpg", after "cat,".*image 1/);
  const uploads = tool(["/data/upload/1/0123abcd-1.jpg", "/data/upload/1/4567abcd-1.jpg"], ["cat", "dog"]);
  expect(() => labelImages(images, [uploads])).toThrow(/expected one label an image/);
});

test("of two names that end like an image the closer one is meant, and of two as close none", () => {
  const images = [image("set/a/1.jpg"), image("set/b/2.jpg")];
  const closer = labelImages(images, [tool(["other/1.jpg", "data/a/1.jpg"], ["dog", "cat"])]);
  expect(closer.labels).toEqual([{ label: "cat", split: "" }, undefined]);
  expect(closer.notes).toEqual([
    expect.stringMatching(
      /1 paths .* name no image of this run, the first "other\/1.jpg"; one image of it is "set\/a\/1.jpg"/,
    ),
  ]);
  const unclear = labelImages(images, [tool(["x/1.jpg", "y/1.jpg", "z/1.jpg"], ["dog", "cat", "cat"])]);
  expect(unclear.labels).toEqual([undefined, undefined]);
  expect(unclear.notes).toEqual([expect.stringMatching(/3 paths .* fit several images, or an image that others/)]);
});
