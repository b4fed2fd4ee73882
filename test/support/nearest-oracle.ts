import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compareUtf8 } from "#base/compare-utf8.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import type { Metric } from "#data/metric.ts";
import { parseFeatureHeader } from "#npy/feature-array.ts";
import { parseUnicodeArray } from "#npy/unicode-array.ts";
import type { SimilarImage } from "#similarity/similar-images.ts";
import { oracleCosineDistance, oracleDistance } from "./brute-force.ts";

/** All vectors of an image, those of views that are like the picture included; shape (vectors, dim). */
export type StoredVectors = ReadonlyMap<string, FeatureMatrix>;

/** Reads NNNN.object_ids.npy, NNNN.features.npy and NNNN.views.npy of a folder as numpy would; rows without an id are left out. */
export function storedVectors(folder: string): StoredVectors {
  const found = new Map<string, FeatureMatrix>();
  const names = readdirSync(folder).filter((name) => name.endsWith(".features.npy"));
  for (const name of names.sort()) {
    const shard = name.replace(".features.npy", "");
    const read = (kind: string) => readFileSync(join(folder, `${shard}.${kind}.npy`));
    const ids = parseUnicodeArray(read("object_ids"), shard);
    const features = floatsOf(read("features"), 2);
    const hasViews = readdirSync(folder).includes(`${shard}.views.npy`);
    const views = hasViews ? floatsOf(read("views"), 3) : undefined;
    for (const [row, id] of ids.entries()) {
      if (id === "") continue;
      const parts = [rowsAt(features, row, 1), ...(views ? [rowsAt(views, row, views.perRow)] : [])];
      const values = Float32Array.from(parts.flatMap((part) => [...part]));
      found.set(id, { values, rowCount: values.length / features.dim, dim: features.dim });
    }
  }
  return found;
}

/** The nearest images by float64 brute force, ties in the order of their ids. */
export function oracleNearestImages(
  stored: StoredVectors,
  queries: FeatureMatrix,
  { limit, metric = "l2", isWanted = () => true }: OracleQuestion,
): SimilarImage[] {
  const measure = metric === "l2" ? oracleDistance : oracleCosineDistance;
  const all: SimilarImage[] = [];
  for (const [objectId, vectors] of stored) {
    if (!isWanted(objectId)) continue;
    let distance = Number.POSITIVE_INFINITY;
    for (let a = 0; a < queries.rowCount; a++)
      for (let b = 0; b < vectors.rowCount; b++) distance = Math.min(distance, measure(queries, a, vectors, b));
    all.push({ objectId, distance });
  }
  return all.sort((a, b) => a.distance - b.distance || compareUtf8(a.objectId, b.objectId)).slice(0, limit);
}

export interface OracleQuestion {
  readonly limit: number;
  readonly metric?: Metric;
  readonly isWanted?: (objectId: string) => boolean;
}

function floatsOf(bytes: Buffer, axes: 2 | 3) {
  const { dim, views, dataOffset } = parseFeatureHeader(bytes, bytes.length, "a shard", axes);
  return { values: new Float32Array(Uint8Array.from(bytes.subarray(dataOffset)).buffer), dim, perRow: views };
}

function rowsAt({ values, dim }: { values: Float32Array; dim: number }, row: number, perRow: number): Float32Array {
  return values.subarray(row * perRow * dim, (row + 1) * perRow * dim);
}
