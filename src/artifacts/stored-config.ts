import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The config that the latest run was told, by key; undefined where no run.json tells it. */
export async function storedConfig(reports: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { config } = JSON.parse(await readFile(join(reports, "run.json"), "utf8")) as { config?: unknown };
    return config !== null && typeof config === "object" ? (config as Record<string, unknown>) : undefined;
  } catch {
    // the first run, or a folder that a person has tidied up: nothing is known then
    return undefined;
  }
}
