import { mkdir, readFile, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PipelineError } from "#base/pipeline-error.ts";
import { SeededRandom } from "#base/seeded-random.ts";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { withOutput } from "#onnx/inner-output.ts";
import { identifyModel } from "#onnx/model-identity.ts";
import { madeTensors } from "#onnx/onnx-file.ts";
import { ProtobufWriter } from "#onnx/protobuf-writer.ts";
import { readOnnxFile } from "#onnx/read-onnx-file.ts";
import { openSession, type Session, tensorOf } from "#onnx/session.ts";
import { weightPaths } from "#onnx/weight-files.ts";
import { inTwoPieces, modelWithWeightsIn, modelWithWeightsInBranch } from "../support/hand-made-model.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function chain(type: "float32" | "float16" = "float32"): GraphBuilder {
  const graph = new GraphBuilder("chain").input("x", type, ["n", 3, 8, 8]);
  graph.node("Relu", ["x"], ["positive"]).node("GlobalAveragePool", ["positive"], ["pooled"]);
  return graph.node("Flatten", ["pooled"], ["features"], { axis: 1 }).output("features", type, ["n", 3]);
}

async function written(bytes: Uint8Array, name = "model.onnx"): Promise<string> {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, bytes);
  return file;
}

test("readOnnxFile() says what ONNX Runtime says, and what lies within", async () => {
  for (const path of ["config/builtin/twinsift-copy-1.onnx", await written(chain().finish())]) {
    const file = readOnnxFile(path);
    const session = await openSession(path, { device: "cpu" });
    const named = (tensors: Session["inputMetadata"]) =>
      tensors.map((tensor) => tensor.isTensor && { name: tensor.name, type: tensor.type, shape: tensor.shape });
    expect(file.inputs).toEqual(named(session.inputMetadata));
    // lengths that the file leaves open, ONNX Runtime may find out
    const asFound = named(session.outputMetadata).map((tensor) => tensor && { ...tensor, shape: expect.any(Array) });
    expect(file.outputs).toEqual(path.startsWith("config") ? asFound : named(session.outputMetadata));
  }
  const file = readOnnxFile(await written(chain().integers("axes", [1, 2]).finish()));
  expect(file).toMatchObject({
    irVersion: 8,
    opsets: [{ domain: "", version: 13 }],
    producer: "twinsift",
    weightFiles: [],
  });
  expect(madeTensors(file)).toEqual(["positive", "pooled", "features"]);
  expect(file.nodes[0]).toEqual({ operator: "Relu", inputs: ["x"], outputs: ["positive"] });
  expect(file.constants.get("axes")).toEqual({ name: "axes", type: "int64", shape: [2] });
});

test("a graph in two pieces is read as one, as ONNX Runtime does", async () => {
  const path = await written(inTwoPieces(chain()));
  expect(readOnnxFile(path).outputs.map(({ name }) => name)).toEqual(["features", "later"]);
  expect((await openSession(path, { device: "cpu" })).outputNames).toEqual(["features", "later"]);
});

test("what the file has a value for is no input", async () => {
  const graph = chain().input("scale", "float32", []).float("scale", 2);
  expect(readOnnxFile(await written(graph.finish())).inputs.map(({ name }) => name)).toEqual(["x"]);
});

test("weights are passed over: a file of three gigabytes is read at once", async () => {
  const before = chain().finish();
  // a constant whose raw data, 3 GB of nothing on the disk, ends the file
  const head = new ProtobufWriter().string(8, "hole").finish();
  const tag = (field: number, length: number) => {
    const writer = new ProtobufWriter().integer(field, length).finish().slice();
    writer[0] += 2; // a length, not a number
    return writer;
  };
  const size = 3 * 2 ** 30;
  const raw = tag(9, size);
  const tensor = head.length + raw.length + size;
  const constant = tag(5, tensor);
  const graph = tag(7, constant.length + tensor);
  const bytes = Buffer.concat([before, graph, constant, head, raw]);
  const path = await written(bytes);
  await truncate(path, bytes.length + size);
  const start = performance.now();
  expect(readOnnxFile(path).constants.has("hole")).toBe(true);
  expect(performance.now() - start).toBeLessThan(1000);
});

test.each<[string, Uint8Array | string, RegExp]>([
  ["an empty file", "", /found an empty file; expected an ONNX file/],
  ["a text", '{"name": "twinsift"}', /found wire type 3 at byte 0; expected an ONNX file/],
  ["a page in the place of a download", "<!DOCTYPE html><html></html>", /expected an ONNX file/],
  ["a message without a graph", new ProtobufWriter().integer(1, 8).finish(), /found no graph in it/],
  ["ONNX Runtime's own format", "\0\0\0\0ORTM....", /ONNX Runtime's own format/],
  [
    "the first half of a model",
    chain().finish().subarray(0, 150),
    /field 7 at byte \d+ that ends at byte \d+, in what ends at byte 150/,
  ],
])("readOnnxFile() refuses %s", async (_, content, message) => {
  const file = join(await temporaryFolder(), "model.onnx");
  await writeFile(file, content);
  expect(() => readOnnxFile(file)).toThrow(PipelineError);
  expect(() => readOnnxFile(file)).toThrow(message);
});

test("readOnnxFile() refuses folders and files that are missing", async () => {
  const folder = await temporaryFolder();
  expect(() => readOnnxFile(folder)).toThrow(/not a regular file; expected an ONNX file/);
  expect(() => readOnnxFile(join(folder, "gone.onnx"))).toThrow(/ENOENT/);
});

test("damaged models are read or refused, but end nothing", async () => {
  const random = new SeededRandom(5);
  const folder = await temporaryFolder();
  const file = join(folder, "damaged.onnx");
  const whole = Buffer.from(chain().node("Add", ["x", "x"], ["twice"]).integers("axes", [1, 2, 3]).finish());
  for (let trial = 0; trial < 400; trial++) {
    const damaged = Buffer.from(whole.subarray(0, trial % 3 === 0 ? random.integer(0, whole.length) : whole.length));
    for (let i = random.integer(0, 4); i > 0 && damaged.length > 0; i--) {
      damaged[random.integer(0, damaged.length)] = random.integer(0, 256);
    }
    await writeFile(file, damaged);
    try {
      readOnnxFile(file);
    } catch (error) {
      expect(error).toBeInstanceOf(PipelineError);
    }
  }
});

test("graphs within graphs are read to a depth that is bounded", async () => {
  let graph = new ProtobufWriter();
  for (let depth = 0; depth < 300; depth++) {
    const attribute = new ProtobufWriter().message(6, graph);
    graph = new ProtobufWriter().message(1, new ProtobufWriter().message(5, attribute));
  }
  const path = await written(new ProtobufWriter().message(7, graph).finish());
  expect(() => readOnnxFile(path)).toThrow(/graphs within graphs, more than 100 deep/);
});

async function runOn(session: Session, output: string, type: "float32" | "float16"): Promise<unknown> {
  const random = new SeededRandom(2);
  const values = Float32Array.from({ length: 2 * 3 * 64 }, () => random.between(-1, 1));
  const shape = [2, 3, 8, 8];
  const x =
    type === "float32"
      ? tensorOf(type, values, shape)
      : tensorOf(
          type,
          Uint16Array.from(values, (v) => (v > 0 ? 0x3c00 : 0xb800)),
          shape,
        );
  return (await session.run({ x }, [output]))[output].data;
}

test.each(["float32", "float16"] as const)(
  "an inner tensor is what it is when the graph declares it: %s",
  async (type) => {
    const declared = await openSession(chain(type).output("positive", type, ["n", 3, 8, 8]).finish(), {
      device: "cpu",
    });
    const added = await openSession(withOutput(chain(type).finish(), "positive"), { device: "cpu" });
    expect(added.outputMetadata[1]).toMatchObject({ name: "positive", type, shape: ["n", 3, 8, 8] });
    expect(await runOn(added, "positive", type)).toEqual(await runOn(declared, "positive", type));
  },
);

test("a quantised graph gives its inner tensors too", async () => {
  const graph = new GraphBuilder("quantised").input("x", "float32", ["n", 3, 8, 8]);
  graph.float("scale", 1 / 64).byte("zero", 128);
  graph
    .node("QuantizeLinear", ["x", "scale", "zero"], ["bytes"])
    .node("DequantizeLinear", ["bytes", "scale", "zero"], ["again"]);
  graph.node("Relu", ["again"], ["y"]).output("y", "float32", ["n", 3, 8, 8]);
  const session = await openSession(withOutput(graph.finish(), "again"), { device: "cpu" });
  const values = (await runOn(session, "again", "float32")) as Float32Array;
  expect([...values].every((value) => Number.isInteger(value * 64))).toBe(true);
});

test("weights in the model's folder are found, also where an inner tensor is named", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "weights"));
  const weights = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  for (const location of ["weights.bin", "weights/w.bin", "weights/../weights.bin"]) {
    await writeFile(join(folder, location), weights);
    const path = join(folder, "model.onnx");
    await writeFile(path, modelWithWeightsIn(location));
    expect(weightPaths(readOnnxFile(path))).toEqual([join(folder, location)]);
    const x = tensorOf("float32", new Float32Array(4), [1, 4]);
    const whole = await openSession(path, { device: "cpu" });
    expect([...((await whole.run({ x })).y.data as Float32Array)]).toEqual([-1, -2, -3, -4]);
    const inner = await openSession(withOutput(await readFile(path), "sum"), { device: "cpu", path });
    expect([...((await inner.run({ x }, ["sum"])).sum.data as Float32Array)]).toEqual([1, 2, 3, 4]);
  }
});

test("weights outside the model's folder are refused, also behind a link and within a branch", async () => {
  const root = await temporaryFolder();
  const folder = join(root, "model");
  await mkdir(folder);
  await writeFile(join(root, "secret.bin"), "0123456789abcdef");
  await symlink("../secret.bin", join(folder, "link.bin"));
  await symlink("..", join(folder, "up"));
  const path = join(folder, "model.onnx");
  for (const location of [
    "../secret.bin",
    join(root, "secret.bin"),
    "link.bin",
    "up/secret.bin",
    "",
    ".",
    "..\\secret.bin",
  ]) {
    for (const model of [modelWithWeightsIn(location), modelWithWeightsInBranch(location)]) {
      await writeFile(path, model);
      expect(() => weightPaths(readOnnxFile(path)), location).toThrow(/is refused: its weights lie in/);
    }
  }
  await writeFile(path, modelWithWeightsIn("gone.bin"));
  expect(() => weightPaths(readOnnxFile(path))).toThrow(
    /has weights in "gone.bin", which cannot be read.*put that file/,
  );
});

test("identifyModel() tells models apart by their weights' files too", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "model.onnx");
  await writeFile(path, chain().finish());
  const alone = await identifyModel(path);
  expect(alone.identity).toBe(alone.sha256);
  await writeFile(path, modelWithWeightsIn("w.bin"));
  await writeFile(join(folder, "w.bin"), "0123456789abcdef");
  const one = await identifyModel(path);
  await writeFile(join(folder, "w.bin"), "0123456789abcdeF");
  const other = await identifyModel(path, one.sha256);
  expect(other.sha256).toBe(one.sha256);
  expect(new Set([one.sha256, one.identity, other.identity]).size).toBe(3);
});
