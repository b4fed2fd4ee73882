import { createHash } from "node:crypto";
import type { FeatureMatrix } from "#data/feature-matrix.ts";

/** A hash of each row's values: rows of one key are equal (SHA-256, 128 bits of it). −0 counts as 0. */
export function rowKeys({ values, rowCount, dim }: FeatureMatrix): string[] {
  const row = new Float32Array(dim);
  const bytes = new Uint8Array(row.buffer);
  return Array.from({ length: rowCount }, (_, i) => {
    for (let f = 0; f < dim; f++) row[f] = values[i * dim + f] + 0; // −0 + 0 is 0
    return createHash("sha256").update(bytes).digest().toString("base64", 0, 16);
  });
}
