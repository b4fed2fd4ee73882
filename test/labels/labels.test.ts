import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { labelImages } from "#labels/label-images.ts";
import { readLabelCsv } from "#labels/read-label-csv.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function read(content: string) {
  const file = join(await temporaryFolder(), "labels.csv");
  await writeFile(file, content);
  return readLabelCsv(file);
}

test("readLabelCsv() reads columns in any order, with BOM, quotes, CRLF and newlines in paths", async () => {
  const labels = await read('\ufefflabel,path,split\r\ncat,"a,""1"".jpg",train\r\ndog,"b\n2.jpg",\r\n');
  expect([...labels]).toEqual([
    ['a,"1".jpg', { label: "cat", split: "train" }],
    ["b\n2.jpg", { label: "dog", split: "" }],
  ]);
});

test("readLabelCsv() takes the same line twice, but not two labels for a path", async () => {
  expect((await read("path,label\na,cat\na,cat\n")).size).toBe(1);
  await expect(read("path,label\na,cat\nb,dog\na,dog\n")).rejects.toThrow(
    /line 4: found "a" as "dog," after "cat," in line 2/,
  );
});

test.each([
  ["", /line 1: found an empty file, expected path,label/],
  ["file,class\na,b\n", /line 1: found the columns file,class, expected path,label\[,split\]/],
  ["path,label\na\n", /line 2: found 1 cells, expected 2 as in the header/],
  ["path,label\na,cat\n,dog\n", /line 3: found an empty path or label/],
])("readLabelCsv() names the line that is wrong: %j", async (content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});

test("readLabelCsv() says when the file is missing", async () => {
  await expect(readLabelCsv("nowhere/labels.csv")).rejects.toThrow(/label file "nowhere\/labels.csv".*ENOENT/);
});

test("labelImages() prefers the file to the folder and tells which paths it does not know", () => {
  const image = (id: string, folderLabel: string) => ({
    ...{ id, folderLabel, reference: true, width: 1, height: 1, bytes: 1, sha256: "" },
  });
  const fromFile = new Map(["a", "z"].map((id) => [id, { label: "cat", split: "" }] as const));
  expect(labelImages([image("a", "dogs"), image("b", "dogs"), image("c", "")], fromFile)).toEqual({
    labels: [{ label: "cat", split: "" }, { label: "dogs", split: "" }, undefined],
    unknown: ["z"],
  });
});
