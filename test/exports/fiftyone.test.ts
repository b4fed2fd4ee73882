import { expect, test } from "vitest";
import { fiftyOneFiles } from "#exports/fiftyone.ts";
import { HARD_CLASSES, HARD_IDS, madeImages, textOf } from "../support/made-proposal.ts";
import { hasPython, runPythonFile } from "../support/python.ts";

function textsOf(ids: readonly string[]) {
  const { files } = fiftyOneFiles({ images: madeImages(ids), classes: HARD_CLASSES, place: null });
  return { "metadata.json": textOf(files["metadata.json"]), "samples.json": textOf(files["samples.json"]) };
}

test("samples are as Sample.to_dict() gives them, without ids and dates of a database", () => {
  const texts = textsOf(HARD_IDS);
  expect(JSON.parse(texts["metadata.json"])).toEqual({ media_type: "image", info: { classes: HARD_CLASSES } });
  const { samples } = JSON.parse(texts["samples.json"]);
  expect(samples.map(({ filepath }: { filepath: string }) => filepath)).toEqual(
    HARD_IDS.map((id) => `/photos of me/${id}`),
  );
  expect(samples[0]).toEqual({
    filepath: "/photos of me/plain/a.jpg",
    tags: ["candidate"],
    metadata: { _cls: "ImageMetadata", size_bytes: 1000, width: 640, height: 480 },
    _media_type: "image",
    rank: 1,
    object_id: "plain/a.jpg",
    coverage_radius: 2,
    group_id: "",
    group_size: 1,
    sha256: "".padStart(64, "0"),
  });
});

test("no candidates are no samples", () => {
  expect(JSON.parse(textsOf([])["samples.json"])).toEqual({ samples: [] });
});

test.skipIf(!hasPython)(
  "a field has one type in all samples, as FiftyOne demands, and names come back as they were",
  () => {
    const read = runPythonFile("read-exports.py", { format: "fiftyone", files: textsOf(HARD_IDS) }) as {
      samples: { object_id: string }[];
      types: Record<string, string>[];
    };
    expect(read.samples.map(({ object_id }) => object_id)).toEqual(HARD_IDS);
    const typesOf = (name: string) => [...new Set(read.types.flatMap((types) => types[name] ?? []))];
    for (const name of ["nearest_labeled_distance", "nearest_chosen_distance", "coverage_radius"])
      expect(typesOf(name)).toEqual(["float"]);
    for (const name of ["rank", "group_size"]) expect(typesOf(name)).toEqual(["int"]);
    for (const name of ["object_id", "nearest_labeled_path", "nearest_chosen_path", "group_id", "sha256"])
      expect(typesOf(name)).toEqual(["str"]);
  },
);
