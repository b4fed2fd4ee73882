import { expect, test } from "vitest";
import { GraphBuilder } from "#onnx/graph-builder.ts";
import { openSession, tensorOf } from "#onnx/session.ts";

test("GraphBuilder builds a model that ONNX Runtime loads and runs", async () => {
  const graph = new GraphBuilder("product").input("a", "float32", ["m", 2]).input("b", "float32", ["n", 2]);
  graph.node("Gemm", ["a", "b"], ["c"], { transB: 1 }).output("c", "float32", ["m", "n"]);
  const session = await openSession(graph.finish(), { device: "cpu" });
  const a = tensorOf("float32", Float32Array.of(1, 2, 3, 4), [2, 2]);
  const b = tensorOf("float32", Float32Array.of(5, 6), [1, 2]);
  expect([...((await session.run({ a, b })).c.data as Float32Array)]).toEqual([17, 39]);
  expect(session.inputMetadata).toEqual([
    { name: "a", isTensor: true, type: "float32", shape: ["m", 2] },
    { name: "b", isTensor: true, type: "float32", shape: ["n", 2] },
  ]);
  expect(session.outputMetadata).toEqual([{ name: "c", isTensor: true, type: "float32", shape: ["m", "n"] }]);
});

test("openSession() names the file and the reason when it is no model", async () => {
  await expect(openSession("package.json", { device: "cpu" })).rejects.toThrow(
    /model "package.json".*expected an ONNX file/,
  );
});

test("openSession() says what to do when a device does not start", async () => {
  const graph = new GraphBuilder("same").input("a", "float32", [1]);
  graph.node("Identity", ["a"], ["b"]).output("b", "float32", [1]);
  await expect(openSession(graph.finish(), { device: "cuda" })).rejects.toThrow(/device "cuda".*use --device cpu/);
});
