import { messageOf, PipelineError } from "#base/pipeline-error.ts";

/** The error of something in a label file that cannot be used. */
export function labelProblem(file: string, place: string, found: string, expected: string): PipelineError {
  const where = `label file "${file}"${place === "" ? "" : `, ${place}`}`;
  return new PipelineError("settings", `Cannot use ${where}: found ${found}, expected ${expected}`);
}

/** The error of a label file that cannot be read. */
export function unreadableLabels(file: string, error: unknown, advice = ""): PipelineError {
  if (error instanceof PipelineError) return error;
  return new PipelineError("settings", `Cannot read label file "${file}": ${messageOf(error)}${advice}`, {
    cause: error,
  });
}
