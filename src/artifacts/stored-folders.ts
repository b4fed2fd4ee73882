import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/** An image folder, as the latest run scanned it. */
export interface StoredFolder {
  /** Absolute. */
  readonly path: string;
  /** What the ids of its images begin with: its name and `/`, or nothing where it was the only one. */
  readonly prefix: string;
  /** True: its images must never go. */
  readonly reference: boolean;
}

/**
 * The image folders of run.json.
 *
 * @param reports folder of the latest reports
 * @throws PipelineError `artifact` where the file cannot be read or names none, as after a run on features
 */
export async function storedFolders(reports: string): Promise<StoredFolder[]> {
  const file = join(reports, "run.json");
  try {
    const { folders } = JSON.parse(await readFile(file, "utf8")) as { folders?: unknown };
    if (Array.isArray(folders) && folders.length > 0 && folders.every(isFolder)) return folders;
  } catch (error) {
    throw new PipelineError("artifact", `Cannot read "${file}": ${messageOf(error)}; run the pipeline again`, {
      cause: error,
    });
  }
  const advice = "run the pipeline on image folders";
  throw new PipelineError(
    "artifact",
    `Expected the image folders of the latest run in "${file}", found none; ${advice}`,
  );
}

function isFolder(value: unknown): value is StoredFolder {
  const { path, prefix, reference } = (value ?? {}) as Partial<StoredFolder>;
  return typeof path === "string" && typeof prefix === "string" && typeof reference === "boolean";
}
