import { expect, test } from "vitest";
import { readWritten, toldBy } from "../support/label-files.ts";

function boxes(...labels: string[]) {
  // as https://labelstud.io/guide/task_format has it
  return labels.map((label) => ({
    ...{ from_name: "tag", to_name: "img", source: "$image", id: "Dx_aB91ISN", type: "rectanglelabels" },
    value: { height: 10.4, rectanglelabels: [label], rotation: 0, width: 12.4, x: 50.8, y: 5.8 },
  }));
}

const choice = (...choices: string[]) => [{ from_name: "c", to_name: "img", type: "choices", value: { choices } }];
const polygon = (label: string) => [{ type: "polygonlabels", value: { points: [[1, 2]], polygonlabels: [label] } }];

function task(image: string, results: readonly object[][], changes: readonly object[] = []) {
  const annotations = results.map((result, i) => ({
    ...{ id: i, result, was_cancelled: false, ground_truth: false, completed_by: 10, lead_time: 4.2 },
    ...changes[i],
  }));
  return {
    id: 1,
    data: { image },
    annotations,
    predictions: [{ result: boxes("Predicted"), score: 0.9 }],
    project: 83,
  };
}

async function told(content: object) {
  const set = await readWritten({ "export.json": content }, "export.json");
  return { told: toldBy(set), notes: set.notes };
}

test("choices, boxes, polygons and trees of classes are labels; predictions and ratings are none", async () => {
  const taxonomy = [{ type: "taxonomy", value: { taxonomy: [["animal", "dog"], ["car"]] } }];
  const rating = [{ type: "rating", value: { rating: 4 } }];
  const content = [
    task("a.jpg", [choice("dog")]),
    task("b.jpg", [[...boxes("dog", "car", "dog"), ...polygon("bus"), ...rating]]),
    task("c.jpg", [taxonomy]),
    task("d.jpg", [rating]),
    task("e.jpg", []),
    task("f.jpg", [
      [
        { type: "labels", value: { labels: ["sky", ""] } },
        { type: "relation", direction: "right" },
      ],
    ]),
  ];
  expect((await told(content)).told).toEqual([
    "a.jpg: dog, ",
    "b.jpg: bus;car;dog, ",
    "c.jpg: animal/dog;car, ",
    "f.jpg: sky, ",
  ]);
});

test("an annotation without a result says that there is nothing, a skipped one says nothing", async () => {
  const content = [task("a.jpg", [[]]), task("b.jpg", [choice("dog"), []], [{}, { was_cancelled: true }])];
  expect((await told(content)).told).toEqual(["a.jpg: background, ", "b.jpg: dog, "]);
});

test("where people differ the ground truth decides, else nothing does and a note tells", async () => {
  const content = [
    task("same.jpg", [choice("dog"), choice("dog")]),
    task("truth.jpg", [choice("dog"), choice("cat")], [{}, { ground_truth: true }]),
    task("differ.jpg", [choice("dog"), choice("cat")]),
    task("nothing.jpg", [boxes("dog"), []]),
  ];
  const { told: lines, notes } = await told(content);
  expect(lines).toEqual(["same.jpg: dog, ", "truth.jpg: cat, "]);
  expect(notes).toEqual([
    'Passed over labels: annotations of 2 tasks in "export.json" differ, the first of "differ.jpg"; mark the right one as ground truth',
  ]);
});

test("JSON-MIN is read by its controls, several annotations of a task as one", async () => {
  const rest = (annotator: number) => ({
    ...{ annotator, annotation_id: annotator, created_at: "2026", updated_at: "2026", lead_time: 3.1 },
  });
  const box = { x: 1, y: 2, width: 3, height: 4, rotation: 0, original_width: 64, original_height: 48 };
  const content = [
    { image: "/data/upload/1/0123abcd-a.jpg", source: "web", id: 1, choice: "dog", ...rest(1) },
    {
      image: "b.jpg",
      id: 2,
      label: [
        { ...box, rectanglelabels: ["dog"] },
        { ...box, rectanglelabels: ["car"] },
      ],
      ...rest(1),
    },
    { photo: "c.jpg", id: 3, choice: { choices: ["dog", "cat"] }, rating: { rating: 3 }, ...rest(1) },
    { image: "d.jpg", id: 4, ...rest(1) },
    { image: "e.jpg", id: 5, choice: "dog", ...rest(1) },
    { image: "e.jpg", id: 5, choice: "cat", ...rest(2) },
  ];
  const { told: lines, notes } = await told(content);
  expect(lines).toEqual([
    "/data/upload/1/0123abcd-a.jpg: dog, ",
    "b.jpg: car;dog, ",
    "c.jpg: cat;dog, ",
    "d.jpg: background, ",
  ]);
  expect(notes).toHaveLength(1);
});

test("the object id that an export of ours gave along comes with the name", async () => {
  const full = task("https://host/x.jpg", [choice("dog")]);
  const withId = { ...full, data: { ...full.data, object_id: "set/=x.jpg" } };
  const set = await readWritten({ "e.json": [withId] }, "e.json");
  expect(set.claims).toMatchObject([{ objectId: "set/=x.jpg", name: "https://host/x.jpg", place: "task 1" }]);
});

test("a task that names no image is an error, one that nobody labeled is none", async () => {
  const nameless = { ...task("", [choice("dog")]), data: { text: "hello" } };
  await expect(told([nameless])).rejects.toThrow(/task 1: found data with text, expected the image's path/);
  expect((await told([{ ...nameless, annotations: [] }])).told).toEqual([]);
  expect((await told([])).told).toEqual([]);
});
