import { writeFile } from "node:fs/promises";
import { GraphBuilder } from "#onnx/graph-builder.ts";

/**
 * A model that any test can make: it averages each channel over a grid of 4 × 4 cells of a 16 × 16 picture, which gives 48
 * features. Enough to tell pictures apart by their colours and layout.
 */
export async function writeTinyModel(
  file: string,
  options: { batch?: number; type?: "float32" | "float16" } = {},
): Promise<void> {
  const { batch, type = "float32" } = options;
  const graph = new GraphBuilder("tiny").input("picture", type, [batch ?? "n", 3, 16, 16]);
  graph.node("AveragePool", ["picture"], ["cells"], { kernel_shape: [4, 4], strides: [4, 4] });
  graph.output("cells", type, [batch ?? "n", 3, 4, 4]);
  await writeFile(file, graph.finish());
}

/** The preset of that model, as a config file holds it. */
export const TINY_PRESET = {
  input: "picture",
  output: "cells",
  pool: "flatten" as const,
  width: 16,
  height: 16,
  batch: 8,
  threshold: 0.1,
  dissimilar: 0.2,
};
