import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { type FeatureMatrix, sharedMatrix } from "#data/feature-matrix.ts";
import { vectorsOf } from "./detection-vectors.ts";
import { PHOTOS } from "./edited-photos.ts";

const SHARED = resolve("../shared/material");

/** Features with the class of each image. */
export interface Classified {
  readonly features: FeatureMatrix;
  readonly classes: readonly string[];
}

/** Photos by one of the models, or by the embedded one; made once. The class is the folder. */
export async function classifiedPhotos(name: string, work: string): Promise<Classified> {
  const model = name === "embedded" ? "twinsift-copy-1" : join(SHARED, `models/${name}.onnx`);
  const made = await vectorsOf({ model, views: [], folders: [PHOTOS], output: join(work, name) });
  const order = [...made.ids.keys()].filter((row) => made.ids[row] !== "");
  order.sort((a, b) => (made.ids[a] < made.ids[b] ? -1 : 1));
  const features = sharedMatrix(order.length, made.dim);
  for (const [i, row] of order.entries())
    features.values.set(made.values.subarray(row * made.dim, (row + 1) * made.dim), i * made.dim);
  return { features, classes: order.map((row) => made.ids[row].split("/").at(-2) ?? "") };
}

/** The images of some classes only. */
export function someClasses({ features, classes }: Classified, isWanted: (place: number) => boolean): Classified {
  const places = new Map([...new Set(classes)].sort().map((name, place) => [name, place]));
  const rows = [...classes.keys()].filter((row) => isWanted(places.get(classes[row]) as number));
  const kept = sharedMatrix(rows.length, features.dim);
  const { dim } = features;
  for (const [i, row] of rows.entries()) kept.values.set(features.values.subarray(row * dim, (row + 1) * dim), i * dim);
  return { features: kept, classes: rows.map((row) => classes[row]) };
}

/** MNIST's 10,000 test digits: raw pixels from 0 to 1. */
export function digits(): Classified {
  const read = (name: string) => gunzipSync(readFileSync(join(SHARED, "mnist", name)));
  const pixels = read("t10k-images-idx3-ubyte.gz").subarray(16);
  const labels = read("t10k-labels-idx1-ubyte.gz").subarray(8);
  const features = sharedMatrix(labels.length, 784);
  for (let i = 0; i < pixels.length; i++) features.values[i] = pixels[i] / 255;
  return { features, classes: Array.from(labels, String) };
}
