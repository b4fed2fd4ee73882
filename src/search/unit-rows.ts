import type { FeatureMatrix } from "#data/feature-matrix.ts";

/** How far a row of `unitRows` may be from one of unit length, plain L2. */
export const UNIT_ERROR = 2 ** -23;

/** Rows brought to unit length, float32; a row of zeros stays as it is. */
export function unitRows({ values, rowCount, dim }: FeatureMatrix): FeatureMatrix {
  const units = new Float32Array(rowCount * dim);
  for (let start = 0; start < units.length; start += dim) {
    let sum = 0;
    for (let f = start; f < start + dim; f++) sum += values[f] * values[f];
    const norm = Math.sqrt(sum);
    if (norm > 0) for (let f = start; f < start + dim; f++) units[f] = values[f] / norm;
  }
  return { values: units, rowCount, dim };
}
