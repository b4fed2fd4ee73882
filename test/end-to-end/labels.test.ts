import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawPicture, writeFiles } from "../support/pictures.ts";
import { readReport } from "../support/read-report.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Two labeled pictures with a copy each, and three that nobody labeled, two of them copies. */
async function makeImages(): Promise<string> {
  const root = await temporaryFolder();
  const [a, b, c, d] = await Promise.all([1, 2, 3, 4].map((seed) => drawPicture(seed).png().toBuffer()));
  const files = { "labeled/cat/1.png": a, "labeled/dog, big/2.png": b, "scraped/3.png": a, "scraped/4.png": b };
  await writeFiles(join(root, "images"), { ...files, "scraped/5.png": c, "scraped/6.png": c, "scraped/7.png": d });
  return root;
}

async function run(root: string, labels: readonly string[]) {
  const output = join(root, "out");
  const flags = labels.flatMap((path) => ["--labels", join(root, path)]);
  // drawn pictures are all alike
  const order = ["--images", join(root, "images"), "--output", output, "--dissimilar", "0.05", ...flags];
  const { exitCode, stderr } = await runPipelineCommand(order);
  if (exitCode !== 0) return { exitCode, stderr, groups: [], candidates: [] };
  const groups = (await readReport(output, "groups")).map(({ path, label, suggested_label }) => [
    ...[path, label, suggested_label],
  ]);
  const candidates = (await readReport(output, "candidates")).map((row) => [row.path, row.nearest_labeled_path]);
  return { exitCode, stderr, groups: groups.sort(), candidates };
}

const full = (image: string, choice: string) => ({
  data: { image },
  annotations: [{ result: [{ type: "choices", value: { choices: [choice] } }], was_cancelled: false }],
});

function labelFiles(root: string): Record<string, string | object> {
  const [cat, dog] = ["cat", "dog, big"];
  return {
    "coco.json": {
      images: [
        { id: 1, file_name: "train/cat/1.png" },
        { id: 2, file_name: "x.png", object_id: "labeled/dog, big/2.png" },
        { id: 3, file_name: "7.png" },
      ],
      annotations: [
        { id: 1, image_id: 1, category_id: 1 },
        { id: 2, image_id: 2, category_id: 2 },
      ],
      categories: [
        { id: 1, name: cat },
        { id: 2, name: dog },
      ],
    },
    "label-studio.json": [
      full(`/data/local-files/?d=${encodeURIComponent(`${root}/images/labeled/cat/1.png`)}`, cat),
      full("/data/upload/3/0123abcd-2.png", dog),
    ],
    "min.json": [
      { image: "s3://bucket/cat/1.png", id: 1, choice: cat, annotator: 1, annotation_id: 1 },
      { image: `file://${encodeURI(`${root}/images/labeled/dog, big/2.png`)}`, id: 2, choice: dog, annotator: 1 },
    ],
    "cvat.xml": `<?xml version="1.0"?>\n<annotations><image name="train/cat/1.png"><tag label="${cat}"/></image>
      <image name="2.png"><box label="${dog}" xtl="1"/></image></annotations>`,
    "yolo/data.yaml": `train: images/train\nnames: ["${cat}", "${dog}"]\n`,
    "yolo/labels/train/cat/1.txt": "0 0.5 0.5 1 1\n",
    "yolo/labels/train/2.txt": "1 0.5 0.5 1 1\n",
  };
}

test("every form of labels gives what the CSV gives", async () => {
  const root = await makeImages();
  const texts = Object.entries(labelFiles(root)).map(([name, content]) => {
    return [name, typeof content === "string" ? content : JSON.stringify(content)] as const;
  });
  const csv = 'path,label,split\nlabeled/cat/1.png,cat,\n"labeled/dog, big/2.png","dog, big",\nscraped/7.png,,val\n';
  await writeFiles(root, { ...Object.fromEntries(texts), "labels.csv": csv });
  const expected = await run(root, ["labels.csv"]);
  expect(expected.groups).toContainEqual(["labeled/cat/1.png", "cat", ""]);
  expect(expected.groups).toContainEqual(["scraped/4.png", "", "dog, big"]);
  expect(expected.candidates.map(([path]) => path).sort()).toEqual(["scraped/5.png", "scraped/7.png"]);
  for (const form of [
    "coco.json",
    "label-studio.json",
    "min.json",
    "cvat.xml",
    "yolo",
    "yolo/data.yaml",
    "images/labeled",
  ]) {
    const { stderr, ...found } = await run(root, [form]);
    expect({ form, ...found }).toEqual({ form, exitCode: 0, groups: expected.groups, candidates: expected.candidates });
    expect(stderr).not.toMatch(/Passed over/);
  }
  const both = await run(root, ["yolo", "labels.csv"]);
  expect(both.groups).toEqual(expected.groups);
});

test("labels that contradict one another end the run with both places, and the reports stay", async () => {
  const root = await makeImages();
  await writeFiles(root, {
    "a.csv": "path,label\nlabeled/cat/1.png,cat\n",
    "dogs/dog/cat/1.png": "",
  });
  await run(root, ["a.csv"]);
  const before = await readFile(join(root, "out/reports/groups.csv"), "utf8");
  const { exitCode, stderr } = await run(root, ["a.csv", "dogs"]);
  expect(exitCode).toBe(2);
  expect(stderr.trim().split("\n").at(-1)).toMatch(
    /found "labeled\/cat\/1.png" as "dog," in ".*dogs", dog\/cat\/1.png by the name .*, after "cat," in ".*a.csv", line 2/,
  );
  expect(await readFile(join(root, "out/reports/groups.csv"), "utf8")).toBe(before);
});

test("a header alone, and labels of other images, are told; candidates are then ranked among themselves", async () => {
  const root = await makeImages();
  await writeFiles(root, {
    "empty.csv": "path,label\n",
    "other.csv": "path,label\nx/1.png,cat\ny,cat\n",
    "none.json": "[]",
  });
  const without = await run(root, []);
  expect(without.stderr).not.toMatch(/No image of this run has a label/);
  for (const labels of ["empty.csv", "other.csv", "none.json"]) {
    const { stderr, candidates } = await run(root, [labels]);
    expect(candidates).toEqual(without.candidates);
    expect(stderr).toMatch(/No image of this run has a label: candidates are ranked by how unlike they are/);
    if (labels === "other.csv")
      expect(stderr).toMatch(/2 paths in ".*other.csv" name no image of this run, the first "x\/1.png"/);
  }
});

test("an image whose split alone is known stays a candidate, and its group tells the split", async () => {
  const root = await makeImages();
  await writeFiles(root, {
    "l.csv": "path,label,split\nlabeled/cat/1.png,cat,train\nscraped/5.png,,test\nscraped/7.png,,val\n",
  });
  const { candidates } = await run(root, ["l.csv"]);
  expect(candidates.map(([path]) => path).sort()).toEqual(["labeled/dog, big/2.png", "scraped/5.png", "scraped/7.png"]);
  const rows = await readReport(join(root, "out"), "groups");
  const told = rows.map(({ path, label, suggested_label, split }) => [path, label, suggested_label, split]);
  expect(told).toContainEqual(["scraped/5.png", "", "", "test"]);
  expect(told).toContainEqual(["scraped/6.png", "", "", ""]);
});
