import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PipelineError } from "#base/pipeline-error.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import type { ModelPreset } from "#data/model-preset.ts";
import { FeatureModel } from "#features/feature-model.ts";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { modelWithWeightsIn } from "../support/hand-made-model.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const PRESET: ModelPreset = {
  ...{
    name: "tried",
    about: "",
    files: [],
    input: "x",
    output: "y",
    layout: "nchw",
    channels: "rgb",
    width: 8,
    height: 8,
  },
  ...{ mean: [0, 0, 0], deviation: [255, 255, 255], resize: "squash", kernel: "linear", batch: 2, normalize: false },
  ...{ threshold: 0.5, dissimilar: 0.8, views: [] },
};

type Shape = readonly (number | string)[];

/** Relu, then a mean over the places: "places" [n, 3, 8, 8], "pooled" [n, 3, 1, 1], "y" [n, 3]. */
function classifier(shape: Shape = ["n", 3, 8, 8]): GraphBuilder {
  const graph = new GraphBuilder("classifier").input("x", "float32", shape);
  graph.node("Relu", ["x"], ["places"]).node("GlobalAveragePool", ["places"], ["pooled"]);
  return graph.node("Flatten", ["pooled"], ["y"], { axis: 1 }).output("y", "float32", ["n", 3]);
}

async function opened(
  graph: GraphBuilder | Uint8Array | string,
  changes: Partial<ModelPreset> = {},
): Promise<FeatureModel> {
  const file = join(await temporaryFolder(), "model.onnx");
  await writeFile(file, graph instanceof GraphBuilder ? graph.finish() : graph);
  return FeatureModel.open(file, { ...PRESET, ...changes }, { device: "cpu" });
}

function randomPixels(pictures: number): Uint8Array {
  const random = new SeededRandom(3);
  return Uint8Array.from({ length: pictures * 8 * 8 * 3 }, () => random.integer(0, 256));
}

test("an inner tensor gives the same features as the graph with that output, and the file stays as it is", async () => {
  const file = join(await temporaryFolder(), "model.onnx");
  await writeFile(file, classifier().finish());
  const hash = async () =>
    createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  const before = await hash();
  const inner = await FeatureModel.open(file, { ...PRESET, output: "places", pool: "flatten" }, { device: "cpu" });
  const declared = await opened(classifier().output("places", "float32", ["n", 3, 8, 8]), {
    output: "places",
    pool: "flatten",
  });
  expect(inner.dim).toBe(3 * 8 * 8);
  expect(await inner.embed(randomPixels(2))).toEqual(await declared.embed(randomPixels(2)));
  expect(await hash()).toBe(before);
});

test("an inner tensor that is averaged is what the graph's own average is", async () => {
  const [own, ours] = [await opened(classifier()), await opened(classifier(), { output: "places", pool: "mean" })];
  const [a, b] = [await own.embed(randomPixels(2)), await ours.embed(randomPixels(2))];
  for (let i = 0; i < a.length; i++) expect(b[i]).toBeCloseTo(a[i], 6);
});

test("an inner tensor is found where weights lie in a file beside the model", async () => {
  const file = join(await temporaryFolder(), "model.onnx");
  await writeFile(file, modelWithWeightsIn("w.bin"));
  await writeFile(join(file, "../w.bin"), new Uint8Array(16));
  // its input is no picture: that is what is said, and nothing of the weights
  await expect(FeatureModel.open(file, { ...PRESET, output: "sum" }, { device: "cpu" })).rejects.toThrow(
    /expected an input of shape/,
  );
});

test("a size that the file leaves open is the preset's", async () => {
  const model = await opened(classifier(["n", 3, "height", "width"]), { width: 6, height: 4 });
  expect([model.dim, model.batch]).toEqual([3, 2]);
});

test("a fixed batch is the model's", async () => {
  expect((await opened(classifier([5, 3, 8, 8]))).batch).toBe(5);
});

/** As long as the number of pixels that are not black. */
function lengthByPicture(): GraphBuilder {
  const graph = new GraphBuilder("varying").input("x", "float32", [1, 3, 8, 8]);
  graph.node("NonZero", ["x"], ["where"]).node("Cast", ["where"], ["places"], { to: 1 });
  graph.integers("one", [1, -1]).node("Reshape", ["places", "one"], ["flat"]);
  graph.integers("front", [0, 0, 0, 1]).node("Pad", ["flat", "front"], ["y"]);
  return graph.output("y", "float32", [1, "length"]);
}

const twoInputs = () => classifier().input("mask", "float32", ["n", 8]);
const integers = () => {
  const graph = classifier();
  return graph.node("Cast", ["y"], ["classes"], { to: 7 }).output("classes", "int64", ["n", 3]);
};
const asBytes = () => {
  const graph = new GraphBuilder("bytes").input("x", "uint8", ["n", 3, 8, 8]);
  return graph.node("Identity", ["x"], ["y"]).output("y", "uint8", ["n", 3, 8, 8]);
};
const sizeOfTen = () => {
  const graph = new GraphBuilder("ten").input("x", "float32", ["n", 3, "h", "w"]).integers("to", [-1, 300]);
  return graph.node("Reshape", ["x", "to"], ["y"]).output("y", "float32", ["n", 300]);
};

test.each<[string, () => GraphBuilder | Uint8Array | string, Partial<ModelPreset>, RegExp]>([
  [
    "a tensor that it does not have",
    classifier,
    { output: "pool" },
    /expected an output named "pool", found "y" float32 \[n, 3\], and within the graph, of 2, "pooled", "places"; npm run model/,
  ],
  [
    "two inputs",
    twoInputs,
    {},
    /expected one input named "x", found "x" float32 \[n, 3, 8, 8\], "mask" float32 \[n, 8\]: .*export it without/,
  ],
  [
    "no batch dimension",
    () => classifier([3, 8, 8]),
    {},
    /expected an input of shape \[N, 3, 8, 8\].*pictures as the first dimension/,
  ],
  [
    "another size",
    () => classifier(["n", 3, 9, 9]),
    {},
    /expected an input of shape \[N, 3, 8, 8\], found "x" float32 \[n, 3, 9, 9\]/,
  ],
  ["integers as input", asBytes, {}, /expected float32 or float16, found "x" uint8/],
  [
    "integers as output",
    integers,
    { output: "classes" },
    /expected float32 or float16, found "classes" int64 \[n, 3\]/,
  ],
  [
    "features with places",
    classifier,
    { output: "places" },
    /gave \[2, 3, 8, 8\] for 2 pictures of 8 × 8 pixels: expected \[N, features\] without a pool; set the preset's "pool" to mean, first or flatten/,
  ],
  [
    "no tokens",
    classifier,
    { output: "places", pool: "first" },
    /gave \[2, 3, 8, 8\].*expected \[N, tokens, features\] for pool "first"/,
  ],
  [
    "a size that the graph does not take",
    sizeOfTen,
    {},
    /cannot be run on 2 pictures of 8 × 8 pixels, the size of preset "tried": .*change the preset/,
  ],
  [
    "a length that changes with the picture",
    lengthByPicture,
    {},
    /gave 769 numbers a picture of 8 × 8 pixels, and 1 before/,
  ],
  ["an empty file", () => "", {}, /Cannot load model ".*": found an empty file; expected an ONNX file/],
  ["a text", () => "no model", {}, /expected an ONNX file/],
  [
    "a truncated file",
    () => classifier().finish().subarray(0, 100),
    {},
    /that ends at byte \d+, in what ends at byte 100/,
  ],
  [
    "weights outside its folder",
    () => modelWithWeightsIn("../w.bin"),
    {},
    /is refused: its weights lie in "..\/w.bin"/,
  ],
])("a model is refused that has %s", async (_, graph, changes, message) => {
  const opening = opened(graph(), changes);
  await expect(opening).rejects.toThrow(PipelineError);
  await expect(opening).rejects.toThrow(message);
});
