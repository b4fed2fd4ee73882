import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * A name for an apply that no folder has an entry of: when it begins, as run folders are named.
 *
 * @param folders where journals and quarantined files lie
 */
export function removalName(started: Date, folders: readonly string[]): string {
  const time = started.toISOString().replaceAll(":", "-");
  const isTaken = (name: string) =>
    folders.some((folder) => existsSync(join(folder, name)) || existsSync(join(folder, `${name}.ndjson`)));
  let name = time;
  // a clock that was set back may bring a time again
  for (let number = 2; isTaken(name); number++) name = `${time}-${number}`;
  return name;
}
