import { readFile, stat } from "node:fs/promises";
import { labelProblem, unreadableLabels } from "#labels/label-problem.ts";

/** Bytes: a string of V8 holds no more than 2^29 − 24 characters. */
const MOST_BYTES = 2 ** 29 - 24;

/** @throws PipelineError `settings` naming the file that is no JSON, is cut off, or too large */
export async function readJson(file: string, mostBytes = MOST_BYTES): Promise<unknown> {
  try {
    const { size } = await stat(file);
    if (size > mostBytes) {
      const advice = "export it in parts, and give each with --labels";
      throw labelProblem(file, "", `${size} bytes of JSON`, `at most ${mostBytes}: ${advice}`);
    }
    return JSON.parse((await readFile(file, "utf8")).replace(/^\ufeff/, ""));
  } catch (error) {
    throw unreadableLabels(file, error, "; export it again if it was cut off");
  }
}
