import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "#artifacts/make-folder.ts";
import { syncFolder } from "#artifacts/whole-file.ts";

/** Folders that are being made: one that is there but not synced yet must not be taken for lasting. */
const underWay = new Map<string, Promise<void>>();

/**
 * Makes a folder and those above it where they are missing, so that a power cut does not take them, and what is moved into them, away.
 *
 * @throws the file system's error
 */
export function makeLastingFolder(path: string): Promise<void> {
  const begun = underWay.get(path);
  if (begun) return begun;
  const made = make(path).finally(() => underWay.delete(path));
  underWay.set(path, made);
  return made;
}

async function make(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere || dirname(path) === path) return;
  await makeLastingFolder(dirname(path));
  await makeFolder(path);
  await syncFolder(dirname(path));
}
