import { expect, test } from "vitest";
import { cvatFiles } from "#exports/cvat.ts";
import { HARD_CLASSES, HARD_IDS, madeImages, RANDOM_NAMES, textOf, without } from "../support/made-proposal.ts";
import { hasPython, runPythonFile } from "../support/python.ts";

function linesOf(content: Iterable<string> | undefined): string[] {
  const lines = textOf(content).split("\n");
  expect(lines.pop()).toBe("");
  return lines;
}

function manifestOf(ids: readonly string[], place: string | null) {
  const { files } = cvatFiles({ images: madeImages(ids), classes: [], place });
  return linesOf(files["manifest.jsonl"]).map((line) => JSON.parse(line));
}

test("the manifest has its version, its type, and an image a line in order of rank, as CVAT documents it", () => {
  const ids = ["a/b.c.jpg", "README", "dir.x/.hidden", "名前/図.png"];
  const [version, type, ...images] = manifestOf(ids, null);
  expect(version).toEqual({ version: "1.1" });
  expect(type).toEqual({ type: "images" });
  expect(images.map(({ name, extension }) => [name, extension])).toEqual([
    ["a/b.c", ".jpg"],
    ["README", ""],
    ["dir.x/.hidden", ""],
    ["名前/図", ".png"],
  ]);
  expect(images[1]).toMatchObject({ width: 641, height: 480, meta: { related_images: [], twinsift: { rank: 2 } } });
});

test("all files name the same images, without those that a list or XML cannot hold, which are told", () => {
  const { files, notes } = cvatFiles({ images: madeImages(HARD_IDS), classes: [], place: null });
  const kept = without(HARD_IDS, "\n\r\u0007");
  expect(linesOf(files["files.txt"])).toEqual(kept);
  const manifest = linesOf(files["manifest.jsonl"]).slice(2);
  const names = manifest.map((line) => JSON.parse(line)).map(({ name, extension }) => name + extension);
  expect(names).toEqual(kept);
  expect(textOf(files["annotations.xml"]).match(/<image /g)).toHaveLength(kept.length);
  expect(notes).toEqual([
    'Left 3 names of images out of cvat, which cannot hold line ends and control characters in names; the first is "new\\nline.png"',
  ]);
});

test("names are those below the root of a share or bucket", () => {
  const names = (place: string | null) =>
    textOf(cvatFiles({ images: madeImages(["a/b c.jpg"]), classes: [], place }).files["files.txt"]);
  expect(names(null)).toBe("a/b c.jpg\n");
  expect(names("")).toBe("a/b c.jpg\n");
  expect(names("scraped/2026")).toBe("scraped/2026/a/b c.jpg\n");
  expect(names("/scraped/")).toBe("scraped/a/b c.jpg\n");
  expect(names("s3://bucket")).toBe("a/b c.jpg\n");
  expect(names("gs://bucket/x/y/")).toBe("x/y/a/b c.jpg\n");
});

test("labels are the known classes for any shape, and one for tags that hold the evidence under a name of its own", () => {
  const labels = (classes: string[]) =>
    JSON.parse(textOf(cvatFiles({ images: [], classes, place: null }).files["labels.json"]));
  const [cat, evidence] = labels(["cat"]);
  expect(cat).toEqual({ name: "cat", type: "any", attributes: [] });
  expect(evidence).toMatchObject({ name: "twinsift", type: "tag" });
  expect(evidence.attributes[0]).toEqual({
    name: "rank",
    mutable: false,
    input_type: "text",
    default_value: "",
    values: [""],
  });
  expect(labels(["twinsift", "twinsift-evidence"]).at(-1).name).toBe("twinsift-evidence-evidence");
});

test("without candidates there is a manifest without images, and annotations without any", () => {
  const { files, notes } = cvatFiles({ images: [], classes: [], place: null });
  expect(textOf(files["manifest.jsonl"])).toBe('{"version":"1.1"}\n{"type":"images"}\n');
  expect(textOf(files["files.txt"])).toBe("");
  expect(textOf(files["annotations.xml"])).toContain("<size>0</size>");
  expect(notes).toEqual([]);
});

test.skipIf(!hasPython)("XML that Python reads gives every name, class and value back as it was", () => {
  const { files } = cvatFiles({ images: madeImages(HARD_IDS), classes: HARD_CLASSES, place: null });
  const texts = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, textOf(content)]));
  const read = runPythonFile("read-exports.py", { format: "cvat", files: texts }) as {
    manifest: { name: string; extension: string }[];
    files: string[];
    labels: { name: string }[];
    xmlLabels: string[];
    images: { id: string; name: string; tags: { label: string; values: Record<string, string> }[] }[];
  };
  const kept = without(HARD_IDS, "\n\r\u0007");
  expect(read.files).toEqual(kept);
  expect(read.manifest.slice(2).map(({ name, extension }) => name + extension)).toEqual(kept);
  expect(read.images.map(({ name }) => name)).toEqual(kept);
  expect(read.images.map(({ id }) => id)).toEqual(kept.map((_, i) => String(i)));
  const classes = without(HARD_CLASSES, "\u0001\ufffe").filter((name) => name.trim() !== "");
  expect(read.xmlLabels).toEqual([...classes, "twinsift"]);
  expect(read.labels.map(({ name }) => name)).toEqual([...classes, "twinsift"]);
  for (const [i, { tags }] of read.images.entries()) {
    expect(tags.map(({ label }) => label)).toEqual(["twinsift"]);
    expect(tags[0].values).toMatchObject({ rank: String(HARD_IDS.indexOf(kept[i]) + 1), object_id: kept[i] });
    if (i > 0) expect(tags[0].values.nearest_labeled_path).toBe("labeled/\ufffd<é>.jpg");
  }
});

test.skipIf(!hasPython)("names of any characters are read back as they were, or left out and counted", () => {
  const { files, notes } = cvatFiles({ images: madeImages(RANDOM_NAMES), classes: [], place: null });
  const texts = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, textOf(content)]));
  const read = runPythonFile("read-exports.py", { format: "cvat", files: texts }) as {
    files: string[];
    images: { name: string; tags: { values: Record<string, string> }[] }[];
  };
  expect(read.files.length).toBeGreaterThan(300);
  const names = new Set(RANDOM_NAMES);
  for (const name of read.files) expect(names.has(name)).toBe(true);
  expect(read.images.map(({ name }) => name)).toEqual(read.files);
  expect(read.images.map(({ tags }) => tags[0].values.object_id)).toEqual(read.files);
  expect(notes[0]).toMatch(new RegExp(`^Left ${RANDOM_NAMES.length - read.files.length} names of images`));
});
