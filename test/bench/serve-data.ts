import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sharedMatrix } from "#data/feature-matrix.ts";
import { formatFeatureArray } from "#npy/feature-array.ts";
import { formatUnicodeArray } from "#npy/unicode-array.ts";
import { MAKE_LAYER } from "./queries.ts";
import { realFeatures, SHARED, WORK, whole } from "./search.ts";
import type { Numpy } from "./serve-numpy.ts";

// What is served: made once, and kept in the benchmarks' folder.

const SHARD_ROWS = 10_000;

/** A folder that is made once: what makes it works on a draft, which is only named when it is whole. */
export async function madeOnce(name: string, make: (folder: string) => void | Promise<void>): Promise<string> {
  const folder = join(WORK, name);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await make(draft);
  renameSync(draft, folder);
  return folder;
}

/** 70,000 × 4,096: real photos' features through a fixed random layer with ReLU, and from these as many as are wanted. */
export function layerFolder({ python }: Numpy): string {
  const rows = 70_000;
  return whole(join(WORK, `layer-of-photos-4096-${rows}`), rows, (file) => {
    const layer = `${file}.photos.npy`;
    execFileSync(python, ["-c", MAKE_LAYER, realFeatures("mobilenet_v3_small_100_224"), "4096", layer]);
    execFileSync(python, [join(SHARED, "peers/make_features.py"), layer, String(rows), file]);
    rmSync(layer);
  });
}

/** MNIST as shards of raw pixels, 0 to 255: `train` has 60,000 digits with ids such as `7/00001`, `test` 10,000. */
export function mnist(part: "train" | "test"): Promise<string> {
  return madeOnce(`mnist-${part}`, (folder) => {
    const prefix = join(SHARED, "material/mnist", part === "train" ? "train" : "t10k");
    const pixels = gunzipSync(readFileSync(`${prefix}-images-idx3-ubyte.gz`)).subarray(16);
    const labels = gunzipSync(readFileSync(`${prefix}-labels-idx1-ubyte.gz`)).subarray(8);
    const dim = pixels.length / labels.length;
    for (let first = 0; first < labels.length; first += SHARD_ROWS) {
      const rowCount = Math.min(SHARD_ROWS, labels.length - first);
      const features = sharedMatrix(rowCount, dim);
      features.values.set(pixels.subarray(first * dim, (first + rowCount) * dim));
      const ids = Array.from(labels.subarray(first, first + rowCount), (label, i) => `${label}/${five(first + i)}`);
      writeShard(folder, first / SHARD_ROWS, formatFeatureArray(features), ids);
    }
  });
}

export function writeShard(folder: string, number: number, features: Uint8Array, ids: readonly string[]): void {
  const name = String(number).padStart(4, "0");
  writeFileSync(join(folder, `${name}.features.npy`), features);
  writeFileSync(join(folder, `${name}.object_ids.npy`), formatUnicodeArray(ids));
}

function five(number: number): string {
  return String(number).padStart(5, "0");
}
