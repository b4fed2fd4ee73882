import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface RunStage {
  readonly name: string;
  readonly seconds: number;
  readonly items: number;
}

/**
 * How fast each stage was in earlier runs, in items a second: in the run in which it had most to do, as a few items say little. Runs that
 * cannot be read are passed over.
 */
export async function stageSpeeds(runs: string): Promise<ReadonlyMap<string, number>> {
  const most = new Map<string, RunStage>();
  for (const name of await readdir(runs).catch((): string[] => [])) {
    for (const stage of await stagesOf(join(runs, name, "run.json")))
      if (stage.seconds > 0 && stage.items > (most.get(stage.name)?.items ?? 0)) most.set(stage.name, stage);
  }
  return new Map([...most].map(([name, { items, seconds }]) => [name, items / seconds]));
}

async function stagesOf(file: string): Promise<readonly RunStage[]> {
  try {
    return JSON.parse(await readFile(file, "utf8")).stages ?? [];
  } catch {
    return [];
  }
}
