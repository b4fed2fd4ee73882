import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PipelineError } from "#base/pipeline-error.ts";
import type { ScannedFolder } from "#reports/run-report.ts";

/**
 * The image folders of run.json.
 *
 * @param reports folder of the latest reports
 * @throws PipelineError `artifact` where the file cannot be read or names none, as after a run on features
 */
export async function storedFolders(reports: string): Promise<ScannedFolder[]> {
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

function isFolder(value: unknown): value is ScannedFolder {
  const { path, prefix, reference } = (value ?? {}) as Partial<ScannedFolder>;
  return typeof path === "string" && typeof prefix === "string" && typeof reference === "boolean";
}
