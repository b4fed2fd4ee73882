import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openNpyFolder } from "#artifacts/npy-folder.ts";
import { readRowRange, readViewRange } from "#artifacts/shard-files.ts";
import { sharedMatrix } from "#data/feature-matrix.ts";
import { VIEWS, type View, viewCount } from "#data/view.ts";
import { runPipelineCommand } from "../support/run-command.ts";
import { PHOTOS, WORK } from "./edited-photos.ts";

/** The pictures of a model in all views: unit vectors, shape (images, slots, dim); slot 0 is the picture as it stands. */
export interface AllVectors {
  readonly values: Float32Array;
  readonly dim: number;
  readonly slots: number;
  /** Object id of each image: `photos/…` or `edits/KIND-STRENGTH/NAME.jpg`. */
  readonly ids: readonly string[];
}

/** Vectors of all photos and edits, by the pipeline; made once for a model file. */
export function readVectors(name: string, model: string): Promise<AllVectors> {
  return vectorsOf({
    model,
    views: VIEWS,
    folders: [PHOTOS, join(WORK, "edits")],
    output: join(WORK, `output-${name}`),
  });
}

/**
 * Vectors of folders named `photos` and `edits`, by the pipeline; made once for an output folder.
 *
 * @param options.model name or file
 */
export async function vectorsOf(options: {
  readonly model: string;
  readonly views: readonly View[];
  readonly folders: readonly string[];
  readonly output: string;
}): Promise<AllVectors> {
  const { model, views: wanted, folders, output } = options;
  const names = wanted.join(",") || "none";
  if (!existsSync(join(output, "reports/run.json"))) {
    rmSync(output, { recursive: true, force: true });
    const images = folders.flatMap((folder) => ["--images", folder]);
    const others = ["--threshold", "0.0001", "--candidates", "0", "--quiet", "--output", output];
    const flags = [...images, "--model", model, "--views", names, ...others];
    const { exitCode, stderr } = await runPipelineCommand(flags);
    if (exitCode !== 0) throw new Error(stderr);
  }
  const run = JSON.parse(readFileSync(join(output, "reports/run.json"), "utf8"));
  if (run.model.views.join() !== wanted.join()) throw new Error(`Remove "${output}": it holds other views`);
  const { dim, parts, ids } = await openNpyFolder(join(output, "index"), 10_000);
  const slots = 1 + viewCount(wanted);
  const values = new Float32Array(ids.length * slots * dim);
  for (const part of parts) {
    const features = sharedMatrix(part.rowCount, dim);
    const views = sharedMatrix(part.rowCount * (slots - 1), dim);
    await readRowRange(part, 0, features);
    if (slots > 1) await readViewRange(part, 0, views);
    for (let row = 0; row < part.rowCount; row++) {
      const first = (part.firstRow + row) * slots * dim;
      values.set(features.values.subarray(row * dim, (row + 1) * dim), first);
      values.set(views.values.subarray(row * (slots - 1) * dim, (row + 1) * (slots - 1) * dim), first + dim);
    }
  }
  return { values, dim, slots, ids };
}
