import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { syncFolder } from "#artifacts/whole-file.ts";

/**
 * Makes a folder and those above it where they are missing, so that a power cut does not take them, and what is moved into them, away.
 *
 * @throws the file system's error
 */
export async function makeLastingFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isThere(at)) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  if (missing.length === 0) return;
  await makeFolder(path);
  for (const made of missing) await syncFolder(dirname(made));
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
