import { expect, test } from "vitest";
import { labelStudioFiles } from "#exports/label-studio.ts";
import { HARD_CLASSES, HARD_IDS, madeImages, textOf, without } from "../support/made-proposal.ts";
import { hasPython, runPythonFile } from "../support/python.ts";

interface Task {
  readonly data: Readonly<Record<string, unknown>> & { readonly image: string };
}

function tasksOf(ids: readonly string[], place: string | null): Task[] {
  return JSON.parse(textOf(labelStudioFiles({ images: madeImages(ids), classes: [], place }).files["tasks.json"]));
}

/** What Label Studio's server gets as `d`, by the rules of URLs. */
function askedFor({ data }: Task): string | null {
  const url = new URL(data.image, "http://localhost:8080");
  expect(url.pathname).toBe("/data/local-files/");
  return url.searchParams.get("d");
}

test("a task names its image below the document root, whatever it is called, and shows why it is proposed", () => {
  const tasks = tasksOf(HARD_IDS, null);
  expect(tasks.map(askedFor)).toEqual(HARD_IDS.map((id) => `photos of me/${id}`));
  expect(tasks.map(({ data }) => data.object_id)).toEqual(HARD_IDS);
  expect(Object.keys(tasks[0])).toEqual(["data"]);
  const { image: _, ...evidence } = tasks[1].data;
  expect(evidence).toEqual({
    rank: 2,
    object_id: "=cmd().png",
    nearest_labeled_path: "labeled/\u0007<é>.jpg",
    nearest_labeled_distance: 1,
    nearest_chosen_path: "plain/a.jpg",
    nearest_chosen_distance: 1.1,
    coverage_radius: 2,
    group_id: "g-1",
    group_size: 2,
    sha256: "1".padStart(64, "0"),
  });
});

test("images may lie in another folder below the document root, behind a web address, or in a bucket", () => {
  const ids = ["a b/ü&c.jpg"];
  expect(tasksOf(ids, "/srv/photos/").map(askedFor)).toEqual(["srv/photos/a b/ü&c.jpg"]);
  expect(tasksOf(ids, "photos").map(askedFor)).toEqual(["photos/a b/ü&c.jpg"]);
  expect(tasksOf(ids, "/data/local-files/?d=my%20photos").map(askedFor)).toEqual(["my photos/a b/ü&c.jpg"]);
  expect(tasksOf(ids, "/data/local-files/?d=").map(askedFor)).toEqual(ids);
  const webImage = tasksOf(ids, "https://images.example/x")[0].data.image;
  expect(webImage).toBe("https://images.example/x/a%20b/%C3%BC%26c.jpg");
  expect(tasksOf(ids, "s3://bucket/x/")[0].data.image).toBe("s3://bucket/x/a b/ü&c.jpg");
});

test("the labeling configuration offers the known classes, and without them a place to type one", () => {
  const config = (classes: string[]) =>
    labelStudioFiles({ images: [], classes, place: null }).files["labeling-config.xml"];
  expect(textOf(config(["cat", '<"dog">\n']))).toBe(
    [
      "<View>",
      '  <Header value="$object_id"/>',
      '  <Image name="image" value="$image" zoom="true"/>',
      '  <Choices name="label" toName="image" choice="single">',
      '    <Choice value="cat"/>',
      '    <Choice value="&#60;&#34;dog&#34;&#62;&#10;"/>',
      "  </Choices>",
      "</View>",
      "",
    ].join("\n"),
  );
  expect(textOf(config([]))).toContain('<TextArea name="label" toName="image"');
});

test("no candidates are an empty list of tasks, and a class that XML cannot hold is told", () => {
  const { files, notes } = labelStudioFiles({ images: [], classes: ["a", "\u0001b", "\ufffe"], place: null });
  expect(JSON.parse(textOf(files["tasks.json"]))).toEqual([]);
  expect(textOf(files["labeling-config.xml"]).match(/<Choice /g)).toHaveLength(1);
  expect(notes).toEqual([
    'Left 2 names of classes out of label-studio/labeling-config.xml, which cannot hold control characters; the first is "\\u0001b"',
  ]);
});

test.skipIf(!hasPython)("a configuration that Python reads offers every class as it was", () => {
  const { files } = labelStudioFiles({ images: madeImages(HARD_IDS), classes: HARD_CLASSES, place: null });
  const texts = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, textOf(content)]));
  const read = runPythonFile("read-exports.py", { format: "label-studio", files: texts }) as {
    tasks: Task[];
    choices: string[];
    controls: string[][];
  };
  expect(read.choices).toEqual(without(HARD_CLASSES, "\u0001\ufffe"));
  expect(read.controls).toEqual([["Choices", "image"]]);
  expect(read.tasks.map(({ data }) => data.object_id)).toEqual(HARD_IDS);
});
