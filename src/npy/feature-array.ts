import { dump } from "npyjs";
import { PipelineError } from "#base/pipeline-error.ts";
import type { FeatureMatrix } from "#data/feature-matrix.ts";
import { parseNpyHeader } from "#npy/npy-header.ts";

/** A .npy file of features: where its rows lie, so that any range of them can be read alone. */
export interface FeatureArray {
  readonly rowCount: number;
  /** Vectors a row has: 1 but for files of views. */
  readonly views: number;
  readonly dim: number;
  /** Where row 0 begins, in bytes. */
  readonly dataOffset: number;
}

/** Writes features as a numpy array of dtype `<f4`, C order, shape (rows, dim). */
export function formatFeatureArray({ values, rowCount, dim }: FeatureMatrix): Uint8Array {
  // npyjs writes the whole buffer under a view, so the rows are copied out of what they share
  return new Uint8Array(dump(new Float32Array(values), [rowCount, dim]));
}

/** Writes the views of pictures as a numpy array of dtype `<f4`, C order, shape (rows, views, dim). */
export function formatViewArray({ values, rowCount, dim }: FeatureMatrix, views: number): Uint8Array {
  return new Uint8Array(dump(new Float32Array(values), [rowCount / views, views, dim]));
}

/**
 * Reads the header of an array of dtype `<f4`, C order, shape (rows, dim), or (rows, views, dim) for a file of views.
 *
 * @param axes 2 for features, 3 for views
 * @param start the first bytes of the file, with the whole header
 * @param fileBytes length of the file
 * @param name names the file in errors
 * @throws PipelineError `artifact` for another dtype, order or shape, or another length than these need
 */
export function parseFeatureHeader(start: Uint8Array, fileBytes: number, name: string, axes: 2 | 3 = 2): FeatureArray {
  const { descr, fortranOrder, shape, dataOffset } = parseNpyHeader(start, name);
  if (descr !== "<f4" || fortranOrder || shape.length !== axes || shape.slice(1).includes(0)) {
    const found = `dtype "${descr}", ${fortranOrder ? "Fortran" : "C"} order, shape (${shape.join(", ")})`;
    const advice = "write it with numpy.save(file, numpy.ascontiguousarray(features, dtype='<f4'))";
    const expected = `expected dtype "<f4", C order, shape (rows, ${axes === 3 ? "views, " : ""}dim)`;
    throw new PipelineError("artifact", `Cannot read "${name}": ${expected}, found ${found}; ${advice}`);
  }
  const [rowCount, views, dim] = axes === 3 ? shape : [shape[0], 1, shape[1]];
  const expected = dataOffset + rowCount * views * dim * Float32Array.BYTES_PER_ELEMENT;
  if (fileBytes !== expected) {
    throw new PipelineError("artifact", `Cannot read "${name}": expected ${expected} bytes, found ${fileBytes}`);
  }
  return { rowCount, views, dim, dataOffset };
}
